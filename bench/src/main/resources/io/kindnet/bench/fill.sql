-- Rows of :rows pods with addresses of both families, of which the first :ports have a host port in both families.
BEGIN IMMEDIATE;

CREATE TEMP TABLE fill AS
WITH RECURSIVE number(n) AS (SELECT 256 UNION ALL SELECT n + 1 FROM number WHERE n < 255 + :rows)
SELECT
  n,
  printf('filled-%05d', n) AS container,
  printf('10.244.%d.%d', n / 256, n % 256) AS v4,
  printf('fd00:10:244::%x', n) AS v6
FROM number;

INSERT INTO pods (container_id, name, namespace, uid, netns, ip_address_v4, ip_address_v6, ip_gateway_v4, ip_gateway_v6,
  interface_name, interface_mtu)
SELECT container, container, 'default', container, ':netns', v4, v6, '10.244.0.0', 'fd00:10:244::', printf('knet%08x', n), 1500
FROM fill;

INSERT INTO attachments (container_id, interface_name, network, bridge)
SELECT container, 'eth0', 'kindnet-wide', '' FROM fill;

INSERT INTO portmap_entries (container_id, host_ip, host_port, protocol, container_ip, container_port)
SELECT container, '0.0.0.0', 10000 + n, 'tcp', v4, 8080 FROM fill WHERE n < 256 + :ports
UNION ALL
SELECT container, '::', 10000 + n, 'tcp', v6, 8080 FROM fill WHERE n < 256 + :ports;

DROP TABLE fill;
COMMIT;
