"""One round of the script that such sites leave running: it asks whether everything answers, and warns of a long queue. monitor.py AI_SERVICE_URL SITE_URL"""
import logging
import sys

import requests

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname)s %(message)s")


def is_well(name, address):
    try:
        well = requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        well = False
    logging.info("%s: %s", name, "정상" if well else "이상")
    return well


def look(service, site):
    if is_well("FastAPI", f"{service}/health/"):
        queue = requests.get(f"{service}/queue-status/", timeout=5).json()
        logging.info("큐 크기: %s, 처리 중: %s, 현재 작업: %s", queue["queue_size"], queue["is_processing"], queue["current_task"])
        if queue["queue_size"] > 100:
            logging.warning("큐에 작업이 많이 쌓여있습니다: %s개", queue["queue_size"])
    is_well("Django", f"{site}/admin/")


look(sys.argv[1], sys.argv[2])
