"""The caseworkers' side: opens sealed reports and shows them to the people who work on the case."""
