"""What the families' side keeps, and all SQL of this side."""
