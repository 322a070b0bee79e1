"use strict";

// Reads the three lists again whenever the event stream says that something happened.
const state = document.getElementById("state");

function fill(id, rows, ifEmpty) {
  const body = document.querySelector(`#${id} tbody`);
  const columns = document.querySelectorAll(`#${id} th`).length;
  body.replaceChildren(...rows.map(cells => {
    const row = document.createElement("tr");
    row.append(...cells.map(text => Object.assign(document.createElement("td"), { textContent: text })));
    return row;
  }));
  if (rows.length === 0) {
    const cell = Object.assign(document.createElement("td"), { textContent: ifEmpty, colSpan: columns, className: "empty" });
    body.append(document.createElement("tr"));
    body.firstChild.append(cell);
  }
}

async function read(path) {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function stateOf(app) {
  if (app.deployments?.length) return "deploying";
  if (app.instances === 0) return "suspended";
  if (app.tasksRunning < app.instances) return "waiting";
  return app.tasksUnhealthy ? "unhealthy" : "running";
}

const parts = {
  apps: async () => fill("apps", (await read("v2/apps")).apps.map(app => [
    app.id, `${app.tasksRunning}/${app.instances}`, app.healthChecks?.length ? `${app.tasksHealthy}/${app.instances}` : "–", app.cpus, app.mem, stateOf(app),
  ]), "There are no apps. ./platform app add examples/hello.json submits one."),
  deployments: async () => fill("deployments", (await read("v2/deployments")).map(one => [
    one.id, `${one.currentStep}/${one.totalSteps}`, (one.affectedApps ?? []).join(" "), (one.currentActions ?? []).map(a => `${a.action} ${a.app}`).join(", "),
  ]), "No deployment is running."),
  agents: async () => fill("agents", (await read("api/agents")).agents.map(agent => [
    agent.name, agent.hostname, agent.condition, agent.tasks, agent.resources,
  ]), "There are no agents."),
};

let due = false, busy = false;
async function refresh() {
  due = true;
  if (busy) return;
  busy = true;
  while (due) {
    due = false;
    const results = await Promise.allSettled(Object.values(parts).map(part => part()));
    const failed = results.find(result => result.status === "rejected");
    state.textContent = failed ? String(failed.reason) : "connected";
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  busy = false;
}

const events = new EventSource("v2/events?event_type=*");
events.onopen = refresh;
events.onerror = () => { state.textContent = "disconnected, trying again"; };
for (const type of ["status_update_event", "instance_health_changed_event", "deployment_info", "deployment_step_success", "deployment_success",
  "deployment_failed", "app_terminated_event", "autoscaling_event", "agent_added_event", "agent_reachable_event", "agent_unreachable_event", "agent_removed_event"]) events.addEventListener(type, refresh);
setInterval(refresh, 10000);
refresh();
