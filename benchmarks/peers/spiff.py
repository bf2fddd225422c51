"""SpiffWorkflow: one parallel multi-instance manual task, a department each."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

_BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="orders" targetNamespace="orders">
  <bpmn:process id="order" isExecutable="true">
    <bpmn:startEvent id="ordered"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="ordered" targetRef="accept"/>
    <bpmn:manualTask id="accept" name="accept">
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopCardinality>{departments}</bpmn:loopCardinality>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:manualTask>
    <bpmn:sequenceFlow id="b" sourceRef="accept" targetRef="handled"/>
    <bpmn:endEvent id="handled"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""


def spec(departments: int):
    """The process, parsed."""
    parser = BpmnParser()
    parser.add_bpmn_str(_BPMN.format(departments=departments).encode())
    return parser.get_spec("order")


def _ready(workflow: BpmnWorkflow) -> list:
    return list(workflow.get_tasks(state=TaskState.READY, manual=True))


def accept_all(process, departments: int) -> None:
    """One order in memory."""
    workflow = BpmnWorkflow(process)
    workflow.do_engine_steps()
    tasks = _ready(workflow)
    assert len(tasks) == departments
    for task in tasks:
        task.run()
        workflow.do_engine_steps()
    assert workflow.is_completed()


class Store:
    """Orders as rows of JSON: read, one task, written, as SpiffWorkflow's own documentation stores them."""

    def __init__(self, place: Path) -> None:
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self._connection = sqlite3.connect(place, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = wal")
        self._connection.execute("PRAGMA synchronous = full")
        self._connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")

    def accept_all(self, process, departments: int) -> None:
        """One order: begun, and so many acceptances, each loaded and saved."""
        workflow = BpmnWorkflow(process)
        workflow.do_engine_steps()
        put = "INSERT INTO orders (body) VALUES (?)"
        row = self._connection.execute(put, (self._serializer.serialize_json(workflow),)).lastrowid
        for _ in range(departments):
            body = self._connection.execute("SELECT body FROM orders WHERE id = ?", (row,)).fetchone()[0]
            workflow = self._serializer.deserialize_json(body)
            _ready(workflow)[0].run()
            workflow.do_engine_steps()
            body = self._serializer.serialize_json(workflow)
            self._connection.execute("UPDATE orders SET body = ? WHERE id = ?", (body, row))
        assert workflow.is_completed()
