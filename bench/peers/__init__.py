"""The peers: the same ten questions, asked by bots written as each library's own documentation shows."""
