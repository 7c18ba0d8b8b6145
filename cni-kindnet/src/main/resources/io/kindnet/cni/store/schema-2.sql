-- Indices, so that a call takes no longer the more pods there are. The original does not mind them.

CREATE INDEX IF NOT EXISTS pods_by_gateway_v4 ON pods (ip_gateway_v4, ip_address_v4);
CREATE INDEX IF NOT EXISTS pods_by_gateway_v6 ON pods (ip_gateway_v6, ip_address_v6);
CREATE INDEX IF NOT EXISTS portmap_entries_by_pod ON portmap_entries (container_id);
CREATE INDEX IF NOT EXISTS portmap_entries_by_port ON portmap_entries (host_port);
