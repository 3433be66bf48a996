-- A site that sends another photo under the same number hears of that one only. Times are microseconds since the epoch.

-- after_answer: the callback comes at least so long after whoever sent the photo was answered.
ALTER TABLE image_callback ADD COLUMN after_answer INTEGER NOT NULL DEFAULT 0;
CREATE INDEX image_callback_number ON image_callback (target, foreign_id) WHERE format = 'compat';

-- number: the receiver's own number of the photo, where what it is told names no other. Deliveries of one target and number are kept in order, as
-- those of one image are.
ALTER TABLE delivery ADD COLUMN number INTEGER;
CREATE INDEX delivery_of_number ON delivery (target, number, id) WHERE number IS NOT NULL;
UPDATE delivery SET number = (SELECT image_callback.foreign_id FROM image_callback WHERE image_callback.image_id = delivery.image_id AND image_callback.target = delivery.target)
WHERE format = 'compat' AND finished_at IS NULL;
