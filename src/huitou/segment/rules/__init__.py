"""Pure decisions about rules: reading, meaning in SQL, telling in words."""
