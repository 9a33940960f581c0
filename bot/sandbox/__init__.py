"""The sandbox: a local server that speaks the Bot API's methods we use, and phones in the browser."""
