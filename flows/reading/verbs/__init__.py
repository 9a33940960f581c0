"""The verbs under `wasl read`, one file each; `flows.reading.cli` lists them."""
