"""What every SMS provider has in common: numbers, parts, words of refusal, receipts."""
