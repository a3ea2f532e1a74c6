"""Measures operators doing one job: a cluster, the operator as a process, an own view of what it achieves.

The job: for each `Echo` keep a ConfigMap of the same name with `data.message` and `data.size` and a
controller owner reference, write `status.observedGeneration` and a `Ready` condition only when they change,
add and remove a finalizer, repair the ConfigMap when others delete or edit it.
"""
