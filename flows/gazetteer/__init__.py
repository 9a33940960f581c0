"""Makes the gazetteer that ships from the sources' own tables."""
