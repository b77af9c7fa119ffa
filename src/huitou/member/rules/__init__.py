"""Pure decisions of the member page: tokens, codes, ratings."""
