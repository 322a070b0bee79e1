"""An executor of Mesos' API v1 in plain Python. A task is a process that its data names; what the framework says is said back.

It begins again when its agent goes, with what the agent has not acknowledged, and ends itself when it is told to, or when the agent stays away.
"""
import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import uuid

LIMIT = 90
endpoint, framework, me = os.environ['MESOS_AGENT_ENDPOINT'], os.environ['MESOS_FRAMEWORK_ID'], os.environ['MESOS_EXECUTOR_ID']
token = os.environ.get('MESOS_EXECUTOR_AUTHENTICATION_TOKEN')
local = os.environ.get('MESOS_DOMAIN_SOCKET')
gate, tasks, updates, running = threading.RLock(), {}, {}, {}


class Local(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(local)


def post(call, accept=None):
    connection = (Local if local else http.client.HTTPConnection)(endpoint, timeout=None if accept else LIMIT)
    headers = {'Content-Type': 'application/json', **({'Accept': accept} if accept else {}), **({'Authorization': 'Bearer ' + token} if token else {})}
    connection.request('POST', '/api/v1/executor', json.dumps({'framework_id': {'value': framework}, 'executor_id': {'value': me}, **call}), headers)
    return connection.getresponse()


def tell(task, state, **more):
    with gate:
        status = {'task_id': {'value': task}, 'state': state, 'source': 'SOURCE_EXECUTOR', 'executor_id': {'value': me}, 'timestamp': time.time(),
                  'uuid': base64.b64encode(uuid.uuid4().bytes).decode(), **more}
        updates[status['uuid']] = status
        send(status)


def send(status):
    try:
        answer = post({'type': 'UPDATE', 'update': {'status': status}})
        if answer.status != 202:
            print(answer.status, answer.read().decode(), flush=True)
    except (OSError, http.client.HTTPException) as problem:
        print('not told:', problem, flush=True)


def launch(info):
    id = info['task_id']['value']
    with gate:
        if id in tasks or id in running:
            print('launched twice:', id, flush=True)
            return
        tasks[id] = info
        command = base64.b64decode(info.get('data', '')).decode()
        running[id] = subprocess.Popen(['/bin/sh', '-c', command or 'sleep 1000'])
    tell(id, 'TASK_STARTING')
    tell(id, 'TASK_RUNNING', data=base64.b64encode(b'seen by the executor').decode(), labels={'labels': [{'key': 'k', 'value': 'v'}]})
    threading.Thread(target=follow, args=(id,), daemon=True).start()


def follow(id):
    status = running[id].wait()
    tell(id, 'TASK_KILLED' if status < 0 else 'TASK_FINISHED' if status == 0 else 'TASK_FAILED', message=f'ended with {status}')


def take(event):
    kind = event['type']
    print(kind, flush=True)
    if kind == 'LAUNCH':
        launch(event['launch']['task'])
    elif kind == 'LAUNCH_GROUP':
        for info in event['launch_group']['task_group']['tasks']:
            launch(info)
    elif kind == 'KILL':
        running[event['kill']['task_id']['value']].terminate()
    elif kind == 'ACKNOWLEDGED':
        with gate:
            known = updates.pop(event['acknowledged']['uuid'], None)
            if known:
                tasks.pop(known['task_id']['value'], None)
    elif kind == 'MESSAGE':
        text = base64.b64decode(event['message']['data']).decode()
        if text == 'crash':
            os._exit(7)
        post({'type': 'MESSAGE', 'message': {'data': base64.b64encode(('echo ' + text).encode()).decode()}}).read()
    elif kind == 'SHUTDOWN':
        for process in running.values():
            process.terminate()
        sys.exit(0)


def listen():
    with gate:
        call = {'type': 'SUBSCRIBE', 'subscribe': {'unacknowledged_tasks': list(tasks.values()), 'unacknowledged_updates': [{'status': status} for status in updates.values()]}}
    stream = post(call, 'application/json')
    if stream.status != 200:
        raise OSError(stream.read().decode())
    while True:
        length = b''
        while not length.endswith(b'\n'):
            byte = stream.read(1)
            if not byte:
                return
            length += byte
        yield json.loads(stream.read(int(length)))


if len(sys.argv) > 1 and sys.argv[1] == 'mute':
    time.sleep(1000)
away = None
while True:
    try:
        for event in listen():
            away = None
            take(event)
    except (OSError, http.client.HTTPException) as problem:
        print('away:', problem, flush=True)
    away = away or time.time()
    if time.time() - away > LIMIT:
        sys.exit(1)
    time.sleep(0.1)
