"""Run as a task: shows its token to the control plane again and again, and asks the agent for one for somebody else."""
import http.client, os, socket, sys, time, urllib.error, urllib.request


def write(name, text):
    with open(name + ".new", "w") as file:
        file.write(text)
    os.replace(name + ".new", name)


class Local(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(os.environ["PLATFORM_IDENTITY_SOCKET"])


local = Local("localhost")
local.request("GET", "/token?audience=vault")
answer = local.getresponse()
write("vault", f"{answer.status} {answer.read().decode()}")
while True:
    with open(os.environ["PLATFORM_IDENTITY_TOKEN_FILE"]) as file:
        token = file.read()
    request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + token})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            status = response.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
    write("status", f"{status} {token}")
    time.sleep(0.2)
