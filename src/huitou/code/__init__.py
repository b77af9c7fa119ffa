"""QR codes by which customers become friends of staff (渠道活码): for staff, a store, a poster or list, a
product; each with its source, its tags and its greeting. WeCom keeps the code behind the printed picture;
this room says who stands behind it, keeps WeCom told, and counts who came by it and what they bought."""
