"""What a message may mean: the intents there are, words that mean one by rule, and how sure one must be to act."""
