"""Which category a product is of."""

from huitou.base.warehouse.datasets import Dataset, publish

publish(
    Dataset(
        name="catalog.product",
        kind="whole",
        sources=("catalog.product",),
        keys="",
        rows="SELECT 0, sku, category_code FROM catalog.product WHERE merchant_id = %(merchant)s",
        key_column="",
        columns={"sku": "VARCHAR", "category_code": "VARCHAR"},
    )
)
