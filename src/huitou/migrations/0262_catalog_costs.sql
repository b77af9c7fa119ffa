-- What a piece of a SKU costs the merchant, and the price below which it is not to be sold. Neither is shown with
-- the product: customers' pages and associates never see them.
ALTER TABLE catalog.product
    ADD COLUMN cost_fen bigint CHECK (cost_fen >= 0),
    ADD COLUMN floor_fen bigint CHECK (floor_fen >= 0);
