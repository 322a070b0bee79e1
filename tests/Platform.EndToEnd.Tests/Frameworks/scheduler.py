"""A scheduler of Mesos' API v1 in plain Python, and what the tests do with it: scheduler.py URL SCENARIO."""
import base64
import http.client
import json
import os
import queue
import sys
import threading
import time
from urllib.parse import urlparse

LIMIT = 90
TERMINAL = {'TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_ERROR', 'TASK_LOST', 'TASK_DROPPED', 'TASK_GONE', 'TASK_GONE_BY_OPERATOR'}


class Scheduler:
    """Subscribes, keeps the offers that stand, acknowledges updates and keeps a book of the latest state of each task."""

    def __init__(self, url, **info):
        self.address = urlparse(url).netloc
        self.info = dict(user='root', name='python', **info)
        self.id = self.stream = self.response = None
        self.events, self.offers, self.book = queue.Queue(), {}, {}

    def subscribe(self, **more):
        self.offers.clear()
        self.connection = http.client.HTTPConnection(self.address, timeout=LIMIT)
        call = {'type': 'SUBSCRIBE', 'subscribe': dict(framework_info=self.info, **more)}
        if self.id:
            call['framework_id'] = self.id
        self.connection.request('POST', '/api/v1/scheduler', json.dumps(call), {'Content-Type': 'application/json', 'Accept': 'application/json'})
        self.response = self.connection.getresponse()
        if self.response.status != 200:
            raise Exception(self.response.read().decode())
        self.stream = self.response.getheader('Mesos-Stream-Id')
        threading.Thread(target=self.pump, args=(self.response,), daemon=True).start()
        event = self.wait('SUBSCRIBED')
        self.id = self.info['id'] = event['framework_id']

    def pump(self, response):
        try:
            while True:
                length = b''
                while not length.endswith(b'\n'):
                    byte = response.read(1)
                    if not byte:
                        return
                    length += byte
                record = b''
                while len(record) < int(length):
                    part = response.read(int(length) - len(record))
                    if not part:
                        return
                    record += part
                self.take(json.loads(record))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            if response is self.response:
                self.events.put({'type': 'CLOSED'})

    def take(self, event):
        for offer in event.get('offers', {}).get('offers', []):
            self.offers[offer['id']['value']] = offer
        if event['type'] == 'RESCIND':
            self.offers.pop(event['rescind']['offer_id']['value'], None)
        if event['type'] == 'UPDATE':
            status = event['update']['status']
            self.book[status['task_id']['value']] = status['state']
            if 'uuid' in status:
                self.call('ACKNOWLEDGE', {'agent_id': status['agent_id'], 'task_id': status['task_id'], 'uuid': status['uuid']})
        self.events.put(event)

    def wait(self, type, test=lambda event: True):
        seen, end = [], time.time() + LIMIT
        while time.time() < end:
            try:
                event = self.events.get(timeout=max(0.01, end - time.time()))
            except queue.Empty:
                break
            seen.append(event)
            if event['type'] == type and test(event.get(type.lower(), event)):
                return event.get(type.lower(), event)
            if event['type'] in ('ERROR', 'CLOSED'):
                break
        raise Exception(f'no {type}, only {seen}')

    def update(self, task, *states):
        return self.wait('UPDATE', lambda event: event['status']['task_id']['value'] == task and event['status']['state'] in states)['status']

    def offer(self, cpus=0.5, test=lambda offer: True):
        end = time.time() + LIMIT
        while time.time() < end:
            for id, offer in list(self.offers.items()):
                if amount(offer, 'cpus') >= cpus and test(offer):
                    return self.offers.pop(id)
            time.sleep(0.02)
        raise Exception(f'no offer of {cpus} cpus')

    def whole(self, test):
        """An offer of all that is there: smaller ones are given back, so that they come together."""
        end = time.time() + LIMIT
        while time.time() < end:
            for id, offer in list(self.offers.items()):
                self.offers.pop(id, None)
                if test(offer):
                    return offer
                self.call('DECLINE', {'offer_ids': [offer['id']], 'filters': {'refuse_seconds': 0}})
            time.sleep(0.1)
        raise Exception('no whole offer')

    def call(self, type, body=None, headers=None, raw=None):
        message = {'framework_id': self.id, 'type': type}
        if body is not None:
            message[type.lower()] = body
        all = {'Content-Type': 'application/json', 'Mesos-Stream-Id': self.stream, **(headers or {})}
        connection = http.client.HTTPConnection(self.address, timeout=LIMIT)
        connection.request('POST', '/api/v1/scheduler', raw if raw is not None else json.dumps(message), {k: v for k, v in all.items() if v is not None})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def operate(self, call, path='/api/v1', **body):
        """A call of an operator."""
        connection = http.client.HTTPConnection(self.address, timeout=LIMIT)
        connection.request('POST', path, json.dumps({'type': call, **({call.lower(): body} if body else {})}), {'Content-Type': 'application/json', 'Accept': 'application/json'})
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith('{') else text

    def launch(self, offer, *tasks):
        operation = {'type': 'LAUNCH', 'launch': {'task_infos': list(tasks)}}
        return self.call('ACCEPT', {'offer_ids': [offer['id']], 'operations': [operation], 'filters': {'refuse_seconds': 0}})

    def get(self, path):
        connection = http.client.HTTPConnection(self.address, timeout=LIMIT)
        connection.request('GET', path)
        return json.loads(connection.getresponse().read())


def amount(offer, name):
    return sum(r['scalar']['value'] for r in offer['resources'] if r['name'] == name)


def scalar(name, value, **more):
    return {'name': name, 'type': 'SCALAR', 'scalar': {'value': value}, **more}


def task(offer, id, command, cpus=0.1, mem=32):
    return {'name': id, 'task_id': {'value': id}, 'agent_id': offer['agent_id'], 'resources': [scalar('cpus', cpus), scalar('mem', mem)],
            'command': {'value': command}}


def executor(id, command, cpus=0.1, mem=32, **more):
    return {'type': 'CUSTOM', 'executor_id': {'value': id}, 'command': {'value': command}, 'resources': [scalar('cpus', cpus), scalar('mem', mem)], **more}


def work(offer, id, executor, command='', cpus=0.1):
    """A task that an executor of ours runs: its data is what the executor does."""
    return {'name': id, 'task_id': {'value': id}, 'agent_id': offer['agent_id'], 'resources': [scalar('cpus', cpus), scalar('mem', 32)],
            'executor': executor, 'data': base64.b64encode(command.encode()).decode()}


def expect(actual, expected):
    if actual != expected:
        raise Exception(f'{actual!r} instead of {expected!r}')


def until(what, test):
    end = time.time() + LIMIT
    while not test():
        if time.time() > end:
            raise Exception('not so: ' + what)
        time.sleep(0.05)


def lifecycle(url):
    """Tasks run, end, fail, are killed; what is wrong with a launch is told."""
    s = Scheduler(url, failover_timeout=600, capabilities=[{'type': 'TASK_KILLING_STATE'}, {'type': 'PARTITION_AWARE'}])
    s.subscribe()
    offer = s.offer()
    expect(s.launch(offer, task(offer, 'ends', 'exit 0'), task(offer, 'fails', 'exit 3'), task(offer, 'stays', 'sleep 1000'), task(offer, 'ends', 'true'))[0], 202)
    until('all three have come so far', lambda: (s.book.get('ends'), s.book.get('fails'), s.book.get('stays')) == ('TASK_FINISHED', 'TASK_FAILED', 'TASK_RUNNING'))
    expect(s.call('KILL', {'task_id': {'value': 'stays'}})[0], 202)
    s.update('stays', 'TASK_KILLING')
    s.update('stays', 'TASK_KILLED')
    # An offer is used once, and never half.
    s.launch(offer, task(offer, 'late', 'true'))
    lost = s.update('late', 'TASK_DROPPED')
    expect((lost['reason'], lost['message'].startswith('Task launched with invalid offers: ')), ('REASON_INVALID_OFFERS', True))
    offer = s.offer()
    s.launch(offer, task(offer, 'huge', 'true', cpus=100000))
    expect(s.update('huge', 'TASK_ERROR')['reason'], 'REASON_TASK_INVALID')
    # What nobody knows.
    s.call('KILL', {'task_id': {'value': 'nobody'}})
    expect(s.update('nobody', 'TASK_UNKNOWN')['reason'], 'REASON_RECONCILIATION')
    s.call('RECONCILE', {'tasks': [{'task_id': {'value': 'nobody'}, 'agent_id': offer['agent_id']}]})
    s.update('nobody', 'TASK_GONE')
    # A group lives together; one that fails takes the others with it.
    offer = s.offer()
    group = {'executor': {'type': 'DEFAULT', 'executor_id': {'value': 'pod'}, 'resources': [scalar('cpus', 0.1), scalar('mem', 32)]},
             'task_group': {'tasks': [task(offer, 'one', 'sleep 1000'), task(offer, 'two', 'sleep 1; exit 1')]}}
    s.call('ACCEPT', {'offer_ids': [offer['id']], 'operations': [{'type': 'LAUNCH_GROUP', 'launch_group': group}]})
    s.update('two', 'TASK_FAILED')
    s.update('one', 'TASK_KILLED')
    # The cluster shows the same.
    mine = next(f for f in s.get('/master/state')['frameworks'] if f['id'] == s.id['value'])
    expect(mine['tasks'], [])
    expect({t['id']: t['state'] for t in mine['completed_tasks']},
           {'ends': 'TASK_FINISHED', 'fails': 'TASK_FAILED', 'stays': 'TASK_KILLED', 'one': 'TASK_KILLED', 'two': 'TASK_FAILED'})
    expect(s.call('TEARDOWN')[0], 202)
    until('it is among the completed ones', lambda: any(f['id'] == s.id['value'] for f in s.get('/master/frameworks')['completed_frameworks']))


OURS = f'exec python3 {os.path.dirname(os.path.abspath(__file__))}/executor.py'


def executors(url):
    """An executor of the framework's own is started once, runs tasks, is spoken with, and takes its tasks with it when it ends."""
    s = Scheduler(url, failover_timeout=600, capabilities=[{'type': 'TASK_KILLING_STATE'}, {'type': 'PARTITION_AWARE'}])
    s.subscribe()
    offer = s.offer(1)
    mine = executor('mine', OURS, cpus=0.5)
    s.launch(offer, work(offer, 'one', mine), work(offer, 'two', mine, 'exit 3'), work(offer, 'three', mine, 'exit 0'))
    s.update('one', 'TASK_STARTING')
    told = s.update('one', 'TASK_RUNNING')
    expect((told['data'], told['labels'], told['executor_id'], told['source']),
           (base64.b64encode(b'seen by the executor').decode(), {'labels': [{'key': 'k', 'value': 'v'}]}, {'value': 'mine'}, 'SOURCE_EXECUTOR'))
    until('the others have ended', lambda: (s.book.get('two'), s.book.get('three')) == ('TASK_FAILED', 'TASK_FINISHED'))
    # Its resources count once, however many tasks it has.
    used = lambda: next(a for a in s.get('/master/state')['slaves'] if a['id'] == offer['agent_id']['value'])['used_resources']['cpus']
    until('one task and the executor hold resources', lambda: abs(used() - 0.6) < 0.001)
    agent = offer['agent_id']
    offer = s.offer(1)
    s.launch(offer, work(offer, 'four', mine))
    s.update('four', 'TASK_RUNNING')
    until('two tasks and the executor hold resources', lambda: abs(used() - 0.7) < 0.001)
    shown = s.get('/master/frameworks')['frameworks'][0]
    expect([(e['executor_id'], e['slave_id'], e['resources']['cpus']) for e in shown['executors']], [('mine', agent['value'], 0.5)])
    expect(round(shown['used_resources']['cpus'], 3), 0.7)
    there = s.get(f'/agent/{agent["value"]}/state')['frameworks'][0]['executors']
    expect([(e['id'], len(e['tasks']), round(e['resources']['cpus'], 3)) for e in there], [('mine', 2, 0.7)])
    expect(sorted(f['path'].split('/')[-1] for f in s.get(f'/files/browse?path={there[0]["directory"]}')), ['stderr', 'stdout'])
    # One that is described otherwise is another one, and must have another name.
    offer = s.offer(1)
    s.launch(offer, work(offer, 'wrong', executor('mine', 'true')))
    expect(s.update('wrong', 'TASK_ERROR')['message'], 'ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.')
    offer = s.offer(1)
    nothing = executor('nothing', 'true')
    del nothing['command']
    s.launch(offer, work(offer, 'void', nothing))
    expect(s.update('void', 'TASK_ERROR')['message'], "'ExecutorInfo.command' must be set for 'CUSTOM' executor")
    # Messages go both ways.
    expect(s.call('MESSAGE', {'agent_id': agent, 'executor_id': {'value': 'mine'}, 'data': base64.b64encode(b'hello').decode()})[0], 202)
    said = s.wait('MESSAGE')
    expect((base64.b64decode(said['data']), said['executor_id']['value'], said['agent_id']), (b'echo hello', 'mine', agent))
    # A task is killed by its executor.
    s.call('KILL', {'task_id': {'value': 'one'}})
    expect(s.update('one', 'TASK_KILLED')['message'], 'ended with -15')
    # A group is handed over as one.
    offer = s.offer(1)
    members = [{k: v for k, v in work(offer, id, None).items() if k != 'executor'} for id in ('g1', 'g2')]
    s.call('ACCEPT', {'offer_ids': [offer['id']], 'operations': [{'type': 'LAUNCH_GROUP', 'launch_group': {'executor': mine, 'task_group': {'tasks': members}}}]})
    until('both run', lambda: (s.book.get('g1'), s.book.get('g2')) == ('TASK_RUNNING', 'TASK_RUNNING'))
    # It crashes: the framework hears of its tasks and of it.
    s.call('MESSAGE', {'agent_id': agent, 'executor_id': {'value': 'mine'}, 'data': base64.b64encode(b'crash').decode()})
    failure = s.wait('FAILURE')
    expect((failure['executor_id']['value'], failure['agent_id'], failure['status']), ('mine', agent, 7 << 8))
    until('its tasks have failed', lambda: all(s.book[t] == 'TASK_FAILED' for t in ('four', 'g1', 'g2')))
    until('nothing is held', lambda: used() == 0)
    # The same name again is another run; it is asked to shut down and does.
    offer = s.offer(1)
    s.launch(offer, work(offer, 'five', mine))
    s.update('five', 'TASK_RUNNING')
    s.call('SHUTDOWN', {'agent_id': agent, 'executor_id': {'value': 'mine'}})
    expect(s.wait('FAILURE')['status'], 0)
    until('its task has ended', lambda: s.book['five'] in TERMINAL)
    # One that never speaks is shut down with the task that it never had.
    offer = s.offer(1)
    s.launch(offer, work(offer, 'six', executor('mute', OURS + ' mute')))
    s.call('KILL', {'task_id': {'value': 'six'}})
    expect(s.update('six', 'TASK_KILLED')['reason'], 'REASON_TASK_KILLED_DURING_LAUNCH')
    expect(s.wait('FAILURE')['executor_id']['value'], 'mute')
    # A task alone on the default executor is a group of one.
    offer = s.offer(1)
    alone = task(offer, 'seven', 'exit 0')
    alone['executor'] = {'type': 'DEFAULT', 'executor_id': {'value': 'pod'}}
    s.launch(offer, alone)
    s.update('seven', 'TASK_FINISHED')
    s.call('TEARDOWN')


def records(response):
    while True:
        length = b''
        while not length.endswith(b'\n'):
            byte = response.read(1)
            if not byte:
                return
            length += byte
        yield json.loads(response.read(int(length)))


def sessions(url):
    """Commands beside a task, by the calls that Mesos' command line makes to an agent."""
    s = Scheduler(url)
    s.subscribe()
    offer = s.offer()
    s.launch(offer, task(offer, 'host', 'sleep 1000'))
    s.update('host', 'TASK_RUNNING')
    path, address = f'/agent/{offer["agent_id"]["value"]}', s.address
    if len(sys.argv) > 3:
        # By the agent's own address, as tools of Mesos find it in the state.
        address = next(a for a in s.get('/master/slaves')['slaves'] if a['id'] == offer['agent_id']['value'])['pid'].split('@')[1]
        path = '/slave(1)'
        connection = http.client.HTTPConnection(address, timeout=LIMIT)
        connection.request('GET', '/slave(1)/state?jsonp=f')
        answer = connection.getresponse()
        expect((answer.getheader('Content-Type').split(';')[0], answer.read()[:2]), ('text/javascript', b'f('))
    mine = next(f for f in s.get(f'/agent/{offer["agent_id"]["value"]}/state')['frameworks'] if f['id'] == s.id['value'])
    parent = {'value': mine['executors'][0]['container']}

    def open(type, id, parent=parent, headers={}, **more):
        body = {'container_id': {'value': id, **({'parent': parent} if parent else {})}, **more}
        connection = http.client.HTTPConnection(address, timeout=LIMIT)
        connection.request('POST', path + '/api/v1', json.dumps({'type': type, type.lower(): body}), {'Content-Type': 'application/json', 'Accept': 'application/json', **headers})
        return connection.getresponse()

    def ask(type, id, **more):
        answer = open(type, id, **more)
        text = answer.read().decode()
        return answer.status, json.loads(text)[type.lower()] if answer.status == 200 and text else text

    def attach(id, *io, parent=parent):
        connection = http.client.HTTPConnection(address, timeout=LIMIT)
        connection.putrequest('POST', path + '/api/v1')
        for name, value in (('Content-Type', 'application/recordio'), ('Message-Content-Type', 'application/json'), ('Transfer-Encoding', 'chunked')):
            connection.putheader(name, value)
        connection.endheaders()
        for part in ({'type': 'CONTAINER_ID', 'container_id': {'value': id, **({'parent': parent} if parent else {})}}, *({'type': 'PROCESS_IO', 'process_io': one} for one in io)):
            record = json.dumps({'type': 'ATTACH_CONTAINER_INPUT', 'attach_container_input': part}).encode()
            chunk = str(len(record)).encode() + b'\n' + record
            connection.send(b'%x\r\n%s\r\n' % (len(chunk), chunk))
        connection.send(b'0\r\n\r\n')
        return connection.getresponse()

    def stdin(text):
        return {'type': 'DATA', 'data': {'type': 'STDIN', 'data': base64.b64encode(text).decode()}}
    # Input and output, and how it ended.
    output = open('LAUNCH_NESTED_CONTAINER_SESSION', 'c1', headers={'Accept': 'application/recordio', 'Message-Accept': 'application/json'},
                  command={'value': 'cat; echo $VARIABLE in $PWD >&2; exit 3', 'environment': {'variables': [{'name': 'VARIABLE', 'value': 'seen'}]}})
    expect((output.status, output.getheader('Content-Type'), output.getheader('Message-Content-Type')), (200, 'application/recordio', 'application/json'))
    expect(attach('c1', stdin(b'hello '), stdin(b'you'), stdin(b'')).status, 200)
    written = {'STDOUT': b'', 'STDERR': b''}
    for io in records(output):
        written[io['data']['type']] += base64.b64decode(io['data']['data'])
    expect(written['STDOUT'], b'hello you')
    expect(written['STDERR'].startswith(b'seen in /'), True)
    expect(ask('WAIT_NESTED_CONTAINER', 'c1'), (200, {'exit_status': 3 << 8}))
    # One without a stream, that is killed and removed.
    sleeps = {'command': {'value': 'sleep 1000'}}
    expect(ask('LAUNCH_CONTAINER', 'c2', **sleeps)[0], 200)
    expect(ask('LAUNCH_CONTAINER', 'c2', **sleeps)[0], 202)
    expect(ask('REMOVE_CONTAINER', 'c2')[0], 500)
    expect(ask('KILL_CONTAINER', 'c2')[0], 200)
    expect(ask('WAIT_CONTAINER', 'c2'), (200, {'exit_status': 9}))
    expect(ask('REMOVE_CONTAINER', 'c2')[0], 200)
    expect(ask('WAIT_CONTAINER', 'c2')[0], 404)
    # A terminal ends with the connection that asked for it.
    terminal = open('LAUNCH_NESTED_CONTAINER_SESSION', 'c3', command={'value': 'echo ready; exec sleep 1000'}, container={'type': 'MESOS', 'tty_info': {'window_size': {'rows': 10, 'columns': 40}}})
    expect(base64.b64decode(next(records(terminal))['data']['data']).strip(), b'ready')
    terminal.close()
    until('it has ended', lambda: 'exit_status' in ask('WAIT_NESTED_CONTAINER', 'c3')[1] or 'message' in ask('WAIT_NESTED_CONTAINER', 'c3')[1])
    # What there is not.
    expect(ask('LAUNCH_NESTED_CONTAINER', 'c4', parent={'value': 'nobody'}, **sleeps), (404, 'Container nobody cannot be found'))
    expect(ask('LAUNCH_NESTED_CONTAINER', 'c4', parent=None, **sleeps), (400, "Failed to validate agent::Call: Expecting 'launch_nested_container.container_id.parent' to be present"))
    # What a task writes by itself from now on, and nothing that it wrote before; what it reads is not to be had.
    offer = s.offer()
    s.launch(offer, task(offer, 'writes', 'echo before; until [ -e go ]; do sleep 0.05; done; echo said; echo wrong >&2; exit 0'))
    s.update('writes', 'TASK_RUNNING')
    container = next(e['container'] for f in s.get(f'/agent/{offer["agent_id"]["value"]}/state')['frameworks'] if f['id'] == s.id['value'] for e in f['executors'] if e['id'] == 'writes')
    log = f'/slaves/{offer["agent_id"]["value"]}/frameworks/{s.id["value"]}/executors/writes/runs/latest/stdout'
    until('it has written', lambda: s.get(f'/files/read?path={log}&offset=0')['data'] == 'before\n')
    output = open('ATTACH_CONTAINER_OUTPUT', container, parent=None)
    expect(output.status, 200)
    expect(attach(container, stdin(b'x'), parent=None).status, 500)
    expect(open('LAUNCH_NESTED_CONTAINER_SESSION', 'go', parent={'value': container}, command={'value': 'touch go'}).read(), b'')
    written = {'STDOUT': b'', 'STDERR': b''}
    for io in records(output):
        written[io['data']['type']] += base64.b64decode(io['data']['data'])
    expect(written, {'STDOUT': b'said\n', 'STDERR': b'wrong\n'})
    s.update('writes', 'TASK_FINISHED')
    expect(open('ATTACH_CONTAINER_OUTPUT', container, parent=None).status, 404)
    # With a terminal what it reads is to be had, too.
    offer = s.offer()
    reads = task(offer, 'reads', 'cat')
    reads['container'] = {'type': 'MESOS', 'tty_info': {'window_size': {'rows': 10, 'columns': 40}}}
    s.launch(offer, reads)
    s.update('reads', 'TASK_RUNNING')
    container = next(e['container'] for f in s.get(f'/agent/{offer["agent_id"]["value"]}/state')['frameworks'] if f['id'] == s.id['value'] for e in f['executors'] if e['id'] == 'reads')
    output = open('ATTACH_CONTAINER_OUTPUT', container, parent=None)
    expect(attach(container, stdin(b'hello\n'), stdin(b''), parent=None).status, 200)
    expect(b''.join(base64.b64decode(io['data']['data']) for io in records(output)).replace(b'^D\x08\x08', b''), b'hello\r\nhello\r\n')
    s.update('reads', 'TASK_FINISHED')
    # One by itself, without a task.
    alone = {'value': 'alone'}
    expect(ask('LAUNCH_CONTAINER', 'alone', parent=None, command={'value': "trap 'exit 7' USR1; echo $VARIABLE; while :; do sleep 0.05; done",
                                                                  'environment': {'variables': [{'name': 'VARIABLE', 'value': 'seen'}]}})[0], 200)
    expect(ask('LAUNCH_CONTAINER', 'alone', parent=None, **sleeps)[0], 202)
    shown = [c for c in s.operate('GET_CONTAINERS', f'/agent/{offer["agent_id"]["value"]}/api/v1', show_standalone=True)[1]['get_containers']['containers'] if c['container_id'] == alone]
    expect((len(shown), shown[0]['container_status']['executor_pid'] > 1), (1, True))
    beside = open('LAUNCH_NESTED_CONTAINER_SESSION', 'in', parent=alone, command={'value': 'echo beside $VARIABLE'})
    expect(b''.join(base64.b64decode(io['data']['data']) for io in records(beside)), b'beside seen\n')
    expect(ask('WAIT_CONTAINER', 'in', parent=alone), (200, {'exit_status': 0}))
    expect(ask('KILL_CONTAINER', 'alone', parent=None, signal=10)[0], 200)
    expect(ask('WAIT_CONTAINER', 'alone', parent=None)[1]['exit_status'], 7 << 8)
    expect(ask('REMOVE_CONTAINER', 'alone', parent=None)[0], 200)
    expect(ask('LAUNCH_CONTAINER', 'wrong', parent=None, command={'value': '/nowhere/to/be/found', 'shell': False})[0], 400)
    expect(attach('nobody', stdin(b'x')).status, 404)
    s.call('TEARDOWN')


def survivor(url):
    """An executor and its tasks go on when their agent is killed and comes back; then the framework ends, and they with it."""
    s = Scheduler(url, failover_timeout=600, capabilities=[{'type': 'PARTITION_AWARE'}], checkpoint=True)
    s.subscribe()
    offer = s.offer(1)
    s.launch(offer, work(offer, 'stays', executor('mine', OURS)), work(offer, 'ends', executor('mine', OURS), f'until [ -e {sys.argv[3]} ]; do sleep 0.05; done'))
    until('both run', lambda: (s.book.get('stays'), s.book.get('ends')) == ('TASK_RUNNING', 'TASK_RUNNING'))
    # An operator's own container does as well.
    path, alone = f'/agent/{offer["agent_id"]["value"]}/api/v1', {'container_id': {'value': 'alone'}}
    expect(s.operate('LAUNCH_CONTAINER', path, command={'value': 'exec sleep 1000'}, **alone)[0], 200)

    def pid():
        return [c['container_status']['executor_pid'] for c in s.operate('GET_CONTAINERS', path, show_standalone=True)[1]['get_containers']['containers'] if c['container_id'] == alone['container_id']]
    before = pid()
    print('running', flush=True)
    sys.stdin.readline()
    s.update('ends', 'TASK_FINISHED')
    expect((len(before), pid()), (1, before))
    expect(s.operate('KILL_CONTAINER', path, **alone)[0], 200)
    expect(s.operate('WAIT_CONTAINER', path, **alone)[1]['wait_container']['exit_status'], 9)
    expect(s.book['stays'], 'TASK_RUNNING')
    s.call('KILL', {'task_id': {'value': 'stays'}})
    s.update('stays', 'TASK_KILLED')
    s.call('TEARDOWN')


def errors(url):
    """Bad calls are refused in Mesos' words."""
    s = Scheduler(url)
    s.subscribe()
    id, post = s.id, s.call
    expect(post('REVIVE', headers={'Mesos-Stream-Id': None}), (400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header"))
    expect(post('REVIVE', headers={'Mesos-Stream-Id': 'x'})[0], 400)
    expect(post('REVIVE', headers={'Content-Type': 'text/plain'}), (415, "Expecting 'Content-Type' of application/json or application/x-protobuf"))
    expect(post('REVIVE', headers={'Content-Type': None}), (400, "Expecting 'Content-Type' to be present"))
    expect(post('', raw='{"type":"REVIVE"}'), (400, "Failed to validate scheduler::Call: Expecting 'framework_id' to be present"))
    expect(post('', raw='{"framework_id":{"value":"nobody"},"type":"REVIVE"}'), (400, 'Framework cannot be found'))
    expect(post('ACCEPT'), (400, "Failed to validate scheduler::Call: Expecting 'accept' to be present"))
    expect(post('ACKNOWLEDGE', {'agent_id': {'value': 'a'}, 'task_id': {'value': 't'}, 'uuid': 'eA=='})[0], 400)
    expect(post('', raw='{')[1].startswith('Failed to parse body into JSON: '), True)
    expect(post('', raw='{"type":7.5,"framework_id":[]}')[1].startswith('Failed to convert JSON into Call protobuf: '), True)
    expect(post('SUBSCRIBE', {'framework_info': {'user': 'u', 'name': 'n', 'id': id}}, {'Accept': 'text/html'})[0], 406)
    expect(post('SUBSCRIBE', {'framework_info': {'user': 'u', 'name': 'n', 'id': id}}),
           (400, "Subscribe calls should not include the 'Mesos-Stream-Id' header"))
    connection = http.client.HTTPConnection(s.address)
    connection.request('GET', '/api/v1/scheduler')
    expect(connection.getresponse().status, 405)
    # A second stream takes the place of the first.
    other = Scheduler(url)
    other.id = other.info['id'] = s.id
    other.subscribe()
    try:
        s.wait('OFFERS', lambda event: False)
    except Exception as told:
        expect('Framework failed over' in str(told), True)
    expect(post('REVIVE')[0], 400)
    expect(other.call('REVIVE')[0], 202)
    # What is wrong with a framework is told on the stream.
    bad = Scheduler(url, role='a//b')
    try:
        bad.subscribe()
        raise Exception('subscribed')
    except Exception as told:
        expect("'FrameworkInfo.role' is not a valid role" in str(told), True)
    other.call('TEARDOWN')


def reservations(url):
    """Resources are reserved, a volume is made and used, and all is given back."""
    about = dict(roles=['db'], capabilities=[{'type': 'MULTI_ROLE'}, {'type': 'RESERVATION_REFINEMENT'}])
    s = Scheduler(url, **about)
    s.subscribe()
    offer = s.offer()
    reserved = [{'type': 'DYNAMIC', 'role': 'db', 'principal': 'p'}]
    allocation = {'allocation_info': {'role': 'db'}, 'reservations': reserved}
    cpus, disk = scalar('cpus', 0.5, **allocation), scalar('disk', 64, **allocation)
    volume = {**disk, 'disk': {'persistence': {'id': 'v1', 'principal': 'p'}, 'volume': {'container_path': 'data', 'mode': 'RW'}}}
    s.call('ACCEPT', {'offer_ids': [offer['id']], 'filters': {'refuse_seconds': 0}, 'operations': [
        {'type': 'RESERVE', 'id': {'value': 'r'}, 'reserve': {'resources': [cpus, disk]}},
        {'type': 'CREATE', 'id': {'value': 'c'}, 'create': {'volumes': [volume]}},
        {'type': 'RESERVE', 'id': {'value': 'x'}, 'reserve': {'resources': [scalar('cpus', 100000, **allocation)]}}]})

    def outcomes(count):
        told = {}
        while len(told) < count:
            status = s.wait('UPDATE_OPERATION_STATUS')['status']
            told[status['operation_id']['value']] = status
        return told

    def acknowledge(status):
        expect(s.call('ACKNOWLEDGE_OPERATION_STATUS', {'agent_id': status['agent_id'], 'uuid': status['uuid']['value'], 'operation_id': status['operation_id']}), (202, ''))
    told = outcomes(3)
    expect({id: status['state'] for id, status in told.items()}, {'r': 'OPERATION_FINISHED', 'c': 'OPERATION_FINISHED', 'x': 'OPERATION_ERROR'})
    # What was done is told until it is acknowledged, also to the next stream; what was not is told once.
    expect({id: 'uuid' in status for id, status in told.items()}, {'r': True, 'c': True, 'x': False})
    expect(sorted(o['info']['id']['value'] for o in s.operate('GET_OPERATIONS')[1]['get_operations']['operations']), ['c', 'r'])
    expect(len(s.operate('GET_OPERATIONS', f'/agent/{offer["agent_id"]["value"]}/api/v1')[1]['get_operations']['operations']), 2)
    acknowledge(told['c'])
    first, s = s, Scheduler(url, **about)
    s.id = s.info['id'] = first.id
    s.subscribe()
    expect(outcomes(1)['r']['uuid'], told['r']['uuid'])
    expect(s.call('RECONCILE_OPERATIONS', {'operations': []}, {'Accept': 'application/json'}), (202, ''))
    expect({id: 'uuid' in status for id, status in outcomes(1).items()}, {'r': False})
    s.call('RECONCILE_OPERATIONS', {'operations': [{'operation_id': {'value': 'z'}}, {'operation_id': {'value': 'y'}, 'agent_id': offer['agent_id']}, {'operation_id': {'value': 'w'}, 'agent_id': {'value': 'nobody'}}]})
    expect({id: (status['state'], status['message']) for id, status in outcomes(3).items()}, {
        'z': ('OPERATION_UNKNOWN', "Reconciliation: Operation is unknown and no 'agent_id' was provided"),
        'y': ('OPERATION_UNKNOWN', 'Reconciliation: Operation is unknown'), 'w': ('OPERATION_UNKNOWN', 'Reconciliation: Both operation and agent are unknown')})
    acknowledge(told['r'])
    expect(s.operate('GET_OPERATIONS')[1]['get_operations'].get('operations', []), [])
    offer = s.whole(lambda o: amount(o, 'cpus') >= 1 and any('persistence' in r.get('disk', {}) for r in o['resources']))
    use = {'name': 't', 'task_id': {'value': 't'}, 'agent_id': offer['agent_id'], 'resources': [{**cpus, 'scalar': {'value': 0.1}}, volume], 'command': {'value': 'test -d data'}}
    s.launch(offer, use)
    s.update('t', 'TASK_FINISHED')
    offer = s.whole(lambda o: amount(o, 'cpus') >= 1 and any('persistence' in r.get('disk', {}) for r in o['resources']))
    s.call('ACCEPT', {'offer_ids': [offer['id']], 'filters': {'refuse_seconds': 0}, 'operations': [
        {'type': 'DESTROY', 'id': {'value': 'd'}, 'destroy': {'volumes': [volume]}}, {'type': 'UNRESERVE', 'id': {'value': 'u'}, 'unreserve': {'resources': [cpus, disk]}}]})
    expect({status['state'] for status in outcomes(2).values()}, {'OPERATION_FINISHED'})
    # A launch is told of by its tasks.
    offer = s.whole(lambda o: amount(o, 'cpus') >= 1)
    s.call('ACCEPT', {'offer_ids': [offer['id']], 'operations': [{'type': 'LAUNCH', 'id': {'value': 'l'}, 'launch': {'task_infos': [task(offer, 'named', 'true')]}}]})
    expect(s.update('named', 'TASK_ERROR')['message'], 'The `id` field cannot be set on LAUNCH operations')
    s.call('TEARDOWN')


def groups(url):
    """Groups that name one default executor share it: its resources count once, and it ends with the last of them."""
    s = Scheduler(url, capabilities=[{'type': 'PARTITION_AWARE'}])
    s.subscribe()
    pod = {'type': 'DEFAULT', 'executor_id': {'value': 'pod'}, 'resources': [scalar('cpus', 0.5), scalar('mem', 32)]}
    shared = {'type': 'MESOS', 'volumes': [{'mode': 'RW', 'container_path': 'common', 'source': {'type': 'SANDBOX_PATH', 'sandbox_path': {'type': 'PARENT', 'path': 'both'}}}]}

    def group(executor, **commands):
        offer = s.offer(1)
        tasks = [{**task(offer, id, command), 'container': shared} for id, command in commands.items()]
        s.call('ACCEPT', {'offer_ids': [offer['id']], 'filters': {'refuse_seconds': 0}, 'operations': [
            {'type': 'LAUNCH_GROUP', 'launch_group': {'executor': executor, 'task_group': {'tasks': tasks}}}]})
        return offer['agent_id']['value']

    def used():
        return round(next(a for a in s.get('/master/state')['slaves'] if a['id'] == agent)['used_resources']['cpus'], 3)

    def there():
        mine = [f for f in s.get(f'/agent/{agent}/state')['frameworks'] if f['id'] == s.id['value']]
        return mine[0]['executors'] if mine else []
    agent = group(pod, one='echo said > common/file; sleep 1000', two='sleep 1000')
    until('both run', lambda: (s.book.get('one'), s.book.get('two')) == ('TASK_RUNNING', 'TASK_RUNNING'))
    until('the executor and two tasks hold resources', lambda: used() == 0.7)
    group(pod, three='until [ -e common/file ]; do sleep 0.05; done; exit 1', four='sleep 1000')
    # The second group sees what the first has written, and ends alone.
    # Which of the two is told first is not said.
    until('it has ended', lambda: (s.book.get('three'), s.book.get('four')) == ('TASK_FAILED', 'TASK_KILLED'))
    expect((s.book['one'], s.book['two']), ('TASK_RUNNING', 'TASK_RUNNING'))
    until('what the second group had is free', lambda: used() == 0.7)
    (known,) = there()
    expect((known['id'], known['type'], len(known['tasks'])), ('pod', 'DEFAULT', 2))
    status = next(t for t in known['tasks'] if t['id'] == 'one')['statuses'][-1]['container_status']['container_id']
    expect(status['parent']['value'], known['container'])
    expect(sorted(f['path'].split('/')[-1] for f in s.get(f'/files/browse?path={known["directory"]}/tasks')), ['four', 'one', 'three', 'two'])
    expect(s.get(f'/files/read?path={known["directory"]}/tasks/one/stdout&offset=0')['data'], '')
    group({**pod, 'resources': []}, other='true')
    expect(s.update('other', 'TASK_ERROR')['message'], 'ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.')
    # With the last task goes the executor, and the framework is told so.
    s.call('KILL', {'task_id': {'value': 'one'}})
    s.update('one', 'TASK_KILLED')
    s.update('two', 'TASK_KILLED')
    ended = s.wait('FAILURE')
    expect((ended['executor_id']['value'], ended['agent_id']['value'], ended['status']), ('pod', agent, 0))
    until('nothing is held', lambda: used() == 0)
    # The same name is a new executor now; shutting it down ends what is in it.
    group(pod, five='sleep 1000')
    s.update('five', 'TASK_RUNNING')
    group(pod, six='sleep 1000')
    s.update('six', 'TASK_RUNNING')
    s.call('SHUTDOWN', {'agent_id': {'value': agent}, 'executor_id': {'value': 'pod'}})
    until('both have ended', lambda: (s.book['five'], s.book['six']) == ('TASK_KILLED', 'TASK_KILLED'))
    expect(s.wait('FAILURE')['executor_id']['value'], 'pod')
    until('nothing is held', lambda: used() == 0)
    s.call('TEARDOWN')


def calls(url):
    """Calls of schedulers that the other scenarios do not make, and what is said of each that lacks what it needs."""
    s = Scheduler(url, roles=['a'], failover_timeout=60, capabilities=[{'type': 'MULTI_ROLE'}, {'type': 'PARTITION_AWARE'}])
    s.subscribe()
    offer = s.offer()
    s.launch(offer, task(offer, 'stays', 'sleep 1000'))
    s.update('stays', 'TASK_RUNNING')
    s.call('RECONCILE', {'tasks': []})
    told = s.update('stays', 'TASK_RUNNING')
    expect((told['reason'], 'uuid' in told, told['container_status']['container_id']['value'].startswith('stays.')), ('REASON_RECONCILIATION', False, True))
    expect(s.call('REQUEST', {'requests': [{'resources': [scalar('cpus', 1)]}]}), (202, ''))
    # Offers rest, and come again.
    expect(s.call('SUPPRESS', {'roles': ['a']}), (202, ''))
    for id in list(s.offers):
        s.call('DECLINE', {'offer_ids': [s.offers.pop(id)['id']], 'filters': {'refuse_seconds': 0}})
    time.sleep(2)
    expect(s.offers, {})
    expect(s.call('REVIVE'), (202, ''))
    s.offer()
    # Another role from now on, and what must stay as it is.
    changed = {**s.info, 'roles': ['b']}
    expect(s.call('UPDATE_FRAMEWORK', {'framework_info': changed}), (200, ''))
    s.offer(test=lambda o: o['allocation_info']['role'] == 'b')
    expect(s.call('UPDATE_FRAMEWORK', {'framework_info': {**changed, 'user': 'other'}})[0], 400)
    # Its agent will be away, and it says what it thinks of that.
    agent = next(a for a in s.get('/master/slaves')['slaves'] if a['id'] == offer['agent_id']['value'])
    machine = {'hostname': agent['hostname'], 'ip': agent['pid'].split('@')[1].split(':')[0]}
    window = {'machine_ids': [machine], 'unavailability': {'start': {'nanoseconds': 1900000000000000000}}}
    expect(s.operate('UPDATE_MAINTENANCE_SCHEDULE', schedule={'windows': [window]})[0], 200)
    for answer in ('DECLINE_INVERSE_OFFERS', 'ACCEPT_INVERSE_OFFERS'):
        (asked,) = s.wait('INVERSE_OFFERS')['inverse_offers']
        expect((asked['agent_id'], asked['unavailability']['start']['nanoseconds']), (offer['agent_id'], 1900000000000000000))
        expect(s.call(answer, {'inverse_offer_ids': [asked['id']], 'filters': {'refuse_seconds': 0.1}}), (202, ''))
    until('the answer is shown', lambda: s.operate('GET_MAINTENANCE_STATUS')[1]['get_maintenance_status']['status']['draining_machines'][0]['statuses'][0]['status'] == 'ACCEPT')
    s.operate('UPDATE_MAINTENANCE_SCHEDULE', schedule={'windows': []})
    # What a call lacks.
    for type in ('ACCEPT', 'DECLINE', 'ACCEPT_INVERSE_OFFERS', 'DECLINE_INVERSE_OFFERS', 'KILL', 'SHUTDOWN', 'ACKNOWLEDGE', 'ACKNOWLEDGE_OPERATION_STATUS', 'RECONCILE', 'RECONCILE_OPERATIONS',
                 'MESSAGE', 'REQUEST', 'UPDATE_FRAMEWORK'):
        expect(s.call(type), (400, f"Failed to validate scheduler::Call: Expecting '{type.lower()}' to be present"))
    for type in ('TEARDOWN', 'REVIVE', 'SUPPRESS'):
        expect(s.call('', raw=json.dumps({'type': type})), (400, "Failed to validate scheduler::Call: Expecting 'framework_id' to be present"))
    expect(s.call('', raw='{"type":"SUBSCRIBE"}'), (400, "Failed to validate scheduler::Call: Expecting 'subscribe' to be present"))
    s.call('TEARDOWN')


def operators(url):
    """Each call of operators, of the master and of an agent."""
    s = Scheduler(url)
    s.subscribe()
    offer = s.offer()
    s.launch(offer, task(offer, 'stays', 'sleep 1000'))
    s.update('stays', 'TASK_RUNNING')
    id = offer['agent_id']
    path = f'/agent/{id["value"]}/api/v1'
    for at, calls in (('/api/v1', ('HEALTH', 'FLAGS', 'VERSION', 'METRICS', 'LOGGING_LEVEL', 'STATE', 'AGENTS', 'FRAMEWORKS', 'EXECUTORS', 'OPERATIONS', 'TASKS', 'ROLES', 'WEIGHTS', 'MASTER',
                                   'QUOTA', 'MAINTENANCE_STATUS', 'MAINTENANCE_SCHEDULE')),
                      (path, ('HEALTH', 'FLAGS', 'VERSION', 'METRICS', 'LOGGING_LEVEL', 'STATE', 'CONTAINERS', 'FRAMEWORKS', 'EXECUTORS', 'OPERATIONS', 'TASKS', 'AGENT', 'RESOURCE_PROVIDERS'))):
        for call in calls:
            status, told = s.operate('GET_' + call, at, **({'timeout': {'nanoseconds': 1000000000}} if call == 'METRICS' else {}))
            expect((status, told['type'], 'get_' + call.lower() in told), (200, 'GET_' + call, True))
    expect(s.operate('GET_LOGGING_LEVEL')[1]['get_logging_level']['level'], 0)
    expect(s.operate('SET_LOGGING_LEVEL', level=1, duration={'nanoseconds': 60000000000}), (200, ''))
    expect(s.operate('GET_LOGGING_LEVEL')[1]['get_logging_level']['level'], 1)
    connection = http.client.HTTPConnection(s.address, timeout=LIMIT)
    connection.request('GET', '/logging/toggle?level=0&duration=1mins')
    expect(connection.getresponse().status, 200)
    expect(s.operate('GET_LOGGING_LEVEL')[1]['get_logging_level']['level'], 0)
    # An agent's own.
    expect(s.operate('SET_LOGGING_LEVEL', path, level=1, duration={'nanoseconds': 60000000000}), (200, ''))
    expect(s.operate('GET_LOGGING_LEVEL', path)[1]['get_logging_level']['level'], 1)
    expect(s.operate('SET_QUOTA', quota_request={'role': 'dev', 'force': True, 'guarantee': [scalar('cpus', 0.1)]}), (200, ''))
    expect([c['role'] for c in s.operate('GET_QUOTA')[1]['get_quota']['status']['configs']], ['dev'])
    expect(s.operate('REMOVE_QUOTA', role='dev'), (200, ''))
    expect(s.operate('GET_QUOTA')[1]['get_quota']['status'].get('configs', []), [])
    expect(s.operate('UPDATE_QUOTA', quota_configs=[{'role': 'dev', 'limits': {'cpus': {'value': 1}}}]), (200, ''))
    expect(s.operate('UPDATE_QUOTA', quota_configs=[{'role': 'dev'}]), (200, ''))
    expect(s.operate('UPDATE_WEIGHTS', weight_infos=[{'role': 'dev', 'weight': 2}]), (200, ''))
    expect(s.operate('GET_WEIGHTS')[1]['get_weights']['weight_infos'], [{'weight': 2.0, 'role': 'dev'}])
    (shown,) = s.operate('GET_AGENTS')[1]['get_agents']['agents']
    expect({'type': 'AGENT_OPERATION_FEEDBACK'} in shown['capabilities'], True)
    # Of an agent: images that nothing uses, and providers that it does not have.
    expect(s.operate('PRUNE_IMAGES', path), (200, ''))
    expect(s.operate('PRUNE_IMAGES', path, excluded_images=[{'type': 'DOCKER', 'docker': {'name': 'alpine'}}]), (200, ''))
    provider = {'type': 'org.apache.mesos.rp.local.storage', 'name': 'lvm'}
    expect(s.operate('ADD_RESOURCE_PROVIDER_CONFIG', path, info=provider),
           (400, f"Failed to validate resource provider config with type '{provider['type']}' and name 'lvm': Unknown local resource provider type '{provider['type']}'"))
    expect(s.operate('UPDATE_RESOURCE_PROVIDER_CONFIG', path, info=provider)[0], 400)
    expect(s.operate('REMOVE_RESOURCE_PROVIDER_CONFIG', path, **provider), (200, ''))
    expect(s.operate('MARK_RESOURCE_PROVIDER_GONE', path, resource_provider_id={'value': 'lvm'})[0], 500)
    for call in ('LIST_FILES', 'READ_FILE', 'WAIT_CONTAINER', 'KILL_CONTAINER', 'REMOVE_CONTAINER', 'LAUNCH_CONTAINER', 'ATTACH_CONTAINER_OUTPUT', 'ADD_RESOURCE_PROVIDER_CONFIG'):
        expect(s.operate(call, path), (400, f"Failed to validate agent::Call: Expecting '{call.lower()}' to be present"))
    # Nobody takes a call that does not exist.
    connection = http.client.HTTPConnection(s.address, timeout=LIMIT)
    connection.request('POST', '/api/v1', '{"type":"BREW_COFFEE"}', {'Content-Type': 'application/json', 'Accept': 'application/json'})
    expect(connection.getresponse().status, 400)
    s.call('TEARDOWN')


def book(url, file=None):
    """Launches tasks for as long as nobody says 'end', through every crash; then its book and the cluster's must agree.

    With a file it writes down its id and each task before it launches it, goes on from there when it is started again, and has every third task run by an executor.
    """
    s = Scheduler(url, failover_timeout=3600, capabilities=[{'type': 'PARTITION_AWARE'}], checkpoint=True)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), ended.set()), daemon=True).start()
    lines = open(file).read().split() if file and os.path.exists(file) else []
    if lines:
        s.id = s.info['id'] = {'value': lines[0]}
    launched = set(lines[1:])
    for known in launched:
        s.book[known] = 'LAUNCHED'
    number = max((int(known[1:]) for known in launched), default=0)
    notes = open(file, 'a') if file else None

    def note(text):
        if notes:
            notes.write(text + '\n')
            notes.flush()
    connected = False
    while not ended.is_set():
        try:
            if not connected:
                s.events = queue.Queue()
                fresh = s.id is None
                s.subscribe()
                if fresh:
                    note(s.id['value'])
                s.call('RECONCILE', {'tasks': [{'task_id': {'value': t}} for t in launched if s.book.get(t) not in TERMINAL]})
                connected = True
                print('subscribed', flush=True)
            for id, offer in list(s.offers.items()):
                running = sum(1 for t in launched if s.book.get(t) not in TERMINAL | {'TASK_UNKNOWN'})
                if amount(offer, 'cpus') < 0.1 or running >= 20:
                    continue
                s.offers.pop(id, None)
                number += 1
                id, command = f't{number}', 'sleep 1000' if number % 2 else 'exit 0'
                note(id)
                launched.add(id)
                s.book.setdefault(id, 'LAUNCHED')
                if file and number % 3 == 0 and amount(offer, 'cpus') >= 0.2:
                    s.launch(offer, work(offer, id, executor('mine', OURS), command, cpus=0.01))
                else:
                    s.launch(offer, task(offer, id, command, cpus=0.01, mem=1))
            try:
                connected = s.events.get(timeout=0.05)['type'] not in ('CLOSED', 'ERROR')
            except queue.Empty:
                pass
        except Exception as problem:
            print('away:', type(problem).__name__, flush=True)
            connected = False
            time.sleep(0.2)
    while not connected:
        try:
            s.events = queue.Queue()
            s.subscribe()
            connected = True
        except Exception:
            time.sleep(0.2)

    def agrees():
        s.call('RECONCILE', {'tasks': [{'task_id': {'value': t}} for t in launched if s.book.get(t) not in TERMINAL and s.book.get(t) != 'TASK_UNKNOWN']})
        time.sleep(0.5)
        mine = next(f for f in s.get('/master/state')['frameworks'] if f['id'] == s.id['value'])
        theirs = {t['id']: t['state'] for t in mine['tasks']}
        ours = {t: s.book[t] for t in launched if s.book[t] == 'TASK_RUNNING'}
        agrees.seen = (ours, theirs)
        return ours == theirs and all(s.book[t] in TERMINAL | {'TASK_RUNNING', 'TASK_UNKNOWN'} for t in launched)
    try:
        until('the books agree', agrees)
    except Exception:
        print('ours', agrees.seen[0], 'theirs', agrees.seen[1], 'book', s.book, flush=True)
        raise
    print('agreed on', len(agrees.seen[0]), 'of', len(launched), flush=True)
    s.call('TEARDOWN')


if __name__ == '__main__':
    {'lifecycle': lifecycle, 'random': lambda url: book(url, sys.argv[3]), 'executors': executors, 'sessions': sessions, 'survivor': survivor, 'errors': errors,
     'reservations': reservations, 'groups': groups, 'calls': calls, 'operators': operators, 'book': book}[sys.argv[2]](sys.argv[1])
    print('done', flush=True)
