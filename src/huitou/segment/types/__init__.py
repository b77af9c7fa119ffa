"""Rules, segments, answers, the words of the builder, refusals."""
