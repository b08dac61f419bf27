"""How the desk is served: one process with threads, because its work is waiting for the service."""

import os

from masking_service.observability.metrics_port import addresses

bind = addresses(os.environ, "MASKING_CONSOLE_BIND", "127.0.0.1:8081", "MASKING_CONSOLE_METRICS_BIND")
worker_class = "gthread"
workers = 1
threads = 24
timeout = 30
graceful_timeout = 10
keepalive = 20
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 16 * 1024
accesslog = None  # the application logs routes; paths hold case names and waybill numbers
logger_class = "masking_service.observability.server_log.ServerLog"
loglevel = "warning"
control_socket_disable = True  # it cannot be made on a read-only root
forwarded_allow_ips = ""
