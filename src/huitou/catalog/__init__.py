"""What a brand sells: categories and products, with their list prices and pictures.

Products come from the merchant's own list or are first seen in an order: a SKU nobody told us of is
kept under the category `unknown` and listed until somebody describes it.
"""
