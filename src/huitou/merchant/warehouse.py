"""Units and staff, by which customers and purchases are told apart."""

from huitou.base.warehouse.datasets import Dataset, publish

publish(
    Dataset(
        name="merchant.unit",
        kind="whole",
        sources=("merchant.unit",),
        keys="",
        rows="SELECT 0, id, code, path FROM merchant.unit WHERE merchant_id = %(merchant)s",
        key_column="",
        columns={"id": "VARCHAR", "code": "VARCHAR", "path": "VARCHAR"},
    )
)
publish(
    Dataset(
        name="merchant.staff",
        kind="whole",
        sources=("merchant.staff",),
        keys="",
        rows="SELECT 0, id, code FROM merchant.staff WHERE merchant_id = %(merchant)s",
        key_column="",
        columns={"id": "VARCHAR", "code": "VARCHAR"},
    )
)
