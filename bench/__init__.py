"""The benchmarks: our bot and its peers under the same load in the same minute."""
