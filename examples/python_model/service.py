"""Lets Darkroom call the model in model.py: a photo comes by POST, what is in it goes back in the same answer.

MODEL_THREADS photos are worked on at a time (default 1): the same number as `concurrency` in model.toml.
"""
import asyncio
import json
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI, File, Form, Header, HTTPException, Request, UploadFile

from model import Model

LOOK_EVERY = 0.2  # seconds between two looks whether the caller is still there

log = logging.getLogger("uvicorn.error")
app = FastAPI()
model = Model()
model.load_model()  # before the port is open: who is answered finds the model ready
threads = ThreadPoolExecutor(max_workers=int(os.environ.get("MODEL_THREADS", "1")))
counts = {"completed": 0, "refused": 0, "cancelled": 0}


@app.post("/process-image/")
async def process_image(request: Request, file: UploadFile = File(...), metadata: str = Form("{}"), x_darkroom_job: str = Header("-")):
    begun = time.monotonic()
    work = asyncio.get_running_loop().run_in_executor(threads, model.process_image, await file.read(), parsed(metadata))
    while not (await asyncio.wait({work}, timeout=LOOK_EVERY))[0]:
        if await request.is_disconnected():
            # The job was cancelled, timed out, or its worker is gone: nobody waits for the answer. What has not begun never begins;
            # a thread that has cannot be stopped.
            work.cancel()
            counts["cancelled"] += 1
            log.info("job %s: nobody waits for it any more", x_darkroom_job)
            return {"status": "error", "error": "cancelled"}
    try:
        result = work.result()
    except ValueError as error:  # the photo's fault; any other exception is answered with 500, and the job is tried again later
        counts["refused"] += 1
        raise HTTPException(422, str(error)) from error
    counts["completed"] += 1
    return {"status": "success", "result": result, "processing_time": time.monotonic() - begun}


@app.get("/health/")
async def health():
    return {"status": "healthy", "model_loaded": True, **counts}


def parsed(metadata):
    try:
        return json.loads(metadata)
    except ValueError:
        return {}
