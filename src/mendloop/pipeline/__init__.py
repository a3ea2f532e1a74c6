"""The shape of every reconcile: four stages, each measured, each failure named by its stage."""

from mendloop.pipeline.stages import Pipeline, Stage, StageObserver

__all__ = ["Pipeline", "Stage", "StageObserver"]
