"""What both sides stand on: key files, field encryption, database engines, logs. It knows no family and no case."""
