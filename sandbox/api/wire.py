"""A job in the words of the wire: the task object that submit and poll answer with."""

from collections.abc import Mapping

from yarl import URL

from sandbox.api.jobs import Job, Stage
from sandbox.api.models import Model
from sandbox.api.refusals import GENERATION_FAILED
from sandbox.api.script import Word
from sandbox.api.table import REMIX

_PRICE_USD = 0.08
_LISTED_BUT_NOT_HERE = ("edit",)
"""What `available_actions` names besides the models that there are."""
_STATUS = {
    Stage.QUEUED: "pending",
    Stage.RUNNING: "in_progress",
    Stage.COMPLETED: "completed",
    Stage.FAILED: "failed",
}


def task(job: Job, *, at: float, origin: URL, models: Mapping[str, Model]) -> dict[str, object]:
    """The task object at a moment of the server's clock; images are linked below *origin*."""
    stage = job.stage(at)
    answer: dict[str, object] = {
        "id": job.task_id,
        "model": job.model.name,
        "status": _STATUS[stage],
        "created_at": int(job.created_at),
    }
    if stage is Stage.COMPLETED:
        answer |= _completed(job, origin, models)
    elif stage is Stage.FAILED:
        answer["error"] = _error(job)
    elif Word.NOPROGRESS not in job.script:
        answer["progress"] = round(_progress(job, at), 2)
    return answer


def image_url(job: Job, image_no: int, origin: URL) -> URL:
    """Where an image or a video is; its file is named as the provider names it."""
    return origin / "images" / job.job_id / image_name(job, image_no)


def image_name(job: Job, image_no: int) -> str:
    """The file name of an image or a video."""
    return f"{job.job_id}_{image_no}{job.model.makes.suffix}"


def _completed(job: Job, origin: URL, models: Mapping[str, Model]) -> dict[str, object]:
    metadata: dict[str, object] = {"duration": round(job.ends_at - job.starts_at, 3)}
    if Word.NOJOBID not in job.script:
        metadata["jobId"] = job.job_id
    output: dict[str, object] = {"content": [_image(job, number, origin) for number in job.scenes]}
    answer: dict[str, object] = {"usage": _usage(job), "metadata": metadata}
    if Word.NONE not in job.script:
        answer["output"] = [output]
    if Word.ACTIONS in job.script:
        place = {2.0: output, 3.0: metadata}.get(job.script.number(Word.ACTIONS) or 1.0, answer)
        place["available_actions"] = _actions(job, models)
    return answer


def _actions(job: Job, models: Mapping[str, Model]) -> dict[str, object]:
    """By what is listed: the numbers of the images that it can be made of, or whether it can."""
    listed: dict[str, object] = {name: [] for name in _LISTED_BUT_NOT_HERE}
    for model in models.values():
        numbers = [no for no, scene in job.scenes.items() if model.refuses(scene) is None]
        if model.listed_as is not None:
            is_whole = model.source_no is None
            listed[model.listed_as] = len(numbers) == len(job.scenes) if is_whole else numbers
    return listed


def _image(job: Job, image_no: int, origin: URL) -> dict[str, str]:
    image = {"type": job.model.makes.kind, "url": str(image_url(job, image_no, origin))}
    return image if Word.NOJOBID in job.script else image | {"jobId": job.job_id}


def _usage(job: Job) -> dict[str, object]:
    """Every four images cost once more, and each permutation; what is removed is not refunded."""
    unit_price = _PRICE_USD * job.times_price
    return {
        "cost": f"{unit_price * job.quantity:.6f}",
        "unit_price": f"{unit_price:.6f}",
        "quantity": job.quantity,
        "discount": 1,
    }


def _error(job: Job) -> dict[str, object]:
    """Remix names its code as a number, which loses the leading zeros."""
    code = job.model.code(GENERATION_FAILED)
    return {
        "code": int(code) if job.model is REMIX else code,
        "error_message": job.failure,
    }


def _progress(job: Job, at: float) -> float:
    fraction = job.fraction(at)
    if Word.BACKWARDS in job.script and fraction >= 0.5:
        return 0.2 + (fraction - 0.5) * 1.6
    return fraction
