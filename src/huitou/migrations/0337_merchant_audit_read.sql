-- The log is read newest first, and of one thing: the customer, the campaign, the setting.
DROP INDEX merchant.audit_at;
CREATE INDEX audit_at ON merchant.audit (merchant_id, at, id);
CREATE INDEX audit_subject ON merchant.audit (merchant_id, subject, at, id);
