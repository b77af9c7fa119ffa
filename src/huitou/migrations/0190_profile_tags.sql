-- The library: tags with a group, who may use them, and what sets them. Tags outside it are anybody's.
-- segment_id: the tag follows that segment, whose members carry it.
CREATE TABLE profile.tag_kind (
    merchant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
    group_name text NOT NULL,
    segment_id uuid,
    version int NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (merchant_id, id),
    UNIQUE (merchant_id, name)
);
SELECT base.protect('profile.tag_kind');

-- The units that headquarters sent a tag to; a tag without any is everybody's.
CREATE TABLE profile.tag_unit (
    merchant_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    PRIMARY KEY (merchant_id, tag_id, unit_id),
    FOREIGN KEY (merchant_id, tag_id) REFERENCES profile.tag_kind (merchant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (merchant_id, unit_id) REFERENCES merchant.unit (merchant_id, id)
);
SELECT base.protect('profile.tag_unit');
