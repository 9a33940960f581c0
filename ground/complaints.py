"""What an operator is told when something cannot start or go on: one clear sentence with the remedy."""


class Complaint(Exception):  # noqa: N818  (it is a sentence for a person, not a fault of the program)
    """Ends the command with exit code 2; its text is shown as it is and must hold no secret and no family's words."""
