-- Whoever deletes an endpoint looks for what is left of its deliveries.
CREATE INDEX delivery_of_endpoint ON delivery (endpoint_id) WHERE endpoint_id IS NOT NULL;
