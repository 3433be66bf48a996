-- What an alert's message says, as a JSON object by name, so that whoever shows it can say it in another language. Alerts of an older program have none.
ALTER TABLE alert ADD COLUMN said TEXT NOT NULL DEFAULT '{}';
ALTER TABLE ended_alert ADD COLUMN said TEXT NOT NULL DEFAULT '{}';
