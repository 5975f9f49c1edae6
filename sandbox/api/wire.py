"""A job in the words of the wire: the task object that submit and poll answer with."""

from math import ceil

from yarl import URL

from sandbox.api.jobs import Job, Stage
from sandbox.api.multiples import price_factor, prompts_of
from sandbox.api.refusals import GENERATION_FAILED, Model, code_of
from sandbox.api.script import Word

_PRICE_USD = 0.08
_IMAGES_PER_PRICE = 4
_STATUS = {
    Stage.QUEUED: "pending",
    Stage.RUNNING: "in_progress",
    Stage.COMPLETED: "completed",
    Stage.FAILED: "failed",
}


def task(job: Job, *, at: float, origin: URL) -> dict[str, object]:
    """The task object at a moment of the server's clock; images are linked below *origin*."""
    stage = job.stage(at)
    answer: dict[str, object] = {
        "id": job.task_id,
        "model": job.model,
        "status": _STATUS[stage],
        "created_at": int(job.created_at),
    }
    if stage is Stage.COMPLETED:
        answer |= _completed(job, origin)
    elif stage is Stage.FAILED:
        answer["error"] = _error(job)
    elif Word.NOPROGRESS not in job.script:
        answer["progress"] = round(_progress(job, at), 2)
    return answer


def image_url(job: Job, image_no: int, origin: URL) -> URL:
    """Where an image is; its file is named as the provider names it."""
    return origin / "images" / job.job_id / image_name(job.job_id, image_no)


def image_name(job_id: str, image_no: int) -> str:
    """The file name of an image."""
    return f"{job_id}_{image_no}.png"


def _completed(job: Job, origin: URL) -> dict[str, object]:
    seconds = round(job.ends_at - job.starts_at, 3)
    named = Word.NOJOBID not in job.script
    answer: dict[str, object] = {
        "usage": _usage(job),
        "metadata": {"duration": seconds} | ({"jobId": job.job_id} if named else {}),
    }
    if Word.NONE not in job.script:
        answer["output"] = [{"content": [_image(job, number, origin) for number in job.scenes]}]
    return answer


def _image(job: Job, image_no: int, origin: URL) -> dict[str, str]:
    image = {"type": "image", "url": str(image_url(job, image_no, origin))}
    return image if Word.NOJOBID in job.script else image | {"jobId": job.job_id}


def _usage(job: Job) -> dict[str, object]:
    """Every four images cost once more, and each permutation; what is removed is not refunded."""
    quantity = max(prompts_of(job.prompt), ceil(job.made / _IMAGES_PER_PRICE))
    unit_price = _PRICE_USD * price_factor(job.prompt)
    return {
        "cost": f"{unit_price * quantity:.6f}",
        "unit_price": f"{unit_price:.6f}",
        "quantity": quantity,
        "discount": 1,
    }


def _error(job: Job) -> dict[str, object]:
    """Remix names its code as a number, which loses the leading zeros."""
    code = code_of(job.model, GENERATION_FAILED)
    return {
        "code": int(code) if job.model is Model.REMIX else code,
        "error_message": job.failure,
    }


def _progress(job: Job, at: float) -> float:
    fraction = job.fraction(at)
    if Word.BACKWARDS in job.script and fraction >= 0.5:
        return 0.2 + (fraction - 0.5) * 1.6
    return fraction
