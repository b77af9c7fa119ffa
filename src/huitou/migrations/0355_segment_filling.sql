-- A segment of many is filled in the background, some memberships a transaction. While it is: how many are to be looked
-- at (as was expected when it began) and how many have been; who was a member has been looked at up to a customer, and
-- of whom the rule finds, those up to an ordinal are members. NULL when it is whole.
ALTER TABLE segment.segment
    ADD fill_whole int, ADD fill_done int, ADD fill_after uuid, ADD fill_upto int,
    ADD CHECK (num_nonnulls(fill_whole, fill_done, fill_after, fill_upto) IN (0, 4));
