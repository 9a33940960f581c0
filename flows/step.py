"""The whole state machine: `step(flow, conversation, event) -> Turn`. All transitions live in this file."""
