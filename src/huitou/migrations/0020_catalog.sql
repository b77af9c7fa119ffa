-- What a brand sells.
SELECT base.open_schema('catalog');

CREATE TABLE catalog.category (
    merchant_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    PRIMARY KEY (merchant_id, code)
);
SELECT base.protect('catalog.category');

CREATE TABLE catalog.product (
    merchant_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    category_code text NOT NULL,
    price_fen bigint CHECK (price_fen >= 0),
    picture text,
    is_listed boolean NOT NULL DEFAULT true,
    is_known boolean NOT NULL DEFAULT true,
    first_seen_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, sku),
    FOREIGN KEY (merchant_id, category_code) REFERENCES catalog.category (merchant_id, code)
);
CREATE INDEX product_category ON catalog.product (merchant_id, category_code, sku);
CREATE INDEX product_unknown ON catalog.product (merchant_id, sku) WHERE NOT is_known;
SELECT base.protect('catalog.product');
