"""What authors run from the root of the repository: `python -m tools.build`, `tools.new_lesson`, `tools.test`, ….

Learners need one of them: `python -m tools.reset` puts the original of a lesson back. Nothing here is imported by
lessons or by `recsys_helpers`.
"""
