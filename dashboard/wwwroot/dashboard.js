// The little that only the browser can do: keys, colours, its time zone, and coming back after the control plane was away.
(() => {
  const typing = target => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  let afterG = false;

  // Keys that come before the page is alive wait for it.
  let begun;
  let layout = new Promise(done => begun = done);
  const call = async (...what) => (await layout).invokeMethodAsync(...what);

  // The search is drawn a moment after it was asked for: what is typed until then is kept, and typed into it when it is there.
  let early = null;
  const openSearch = () => {
    // Asked for again before it is drawn: it is not to be closed any more.
    if (isGivenUp()) early.length = 0;
    if (early || search()) return;
    const keys = early = [];
    const over = () => { if (early === keys) early = null; };
    call('OpenPaletteAsync').then(over, over);
  };
  document.addEventListener('click', event => {
    if (event.target.closest?.('.find')) openSearch();
  });
  const isText = key => [...key].length === 1;
  const isForSearch = key => isText(key) || ['Backspace', 'Enter', 'Escape', 'ArrowDown', 'ArrowUp'].includes(key);
  const isGivenUp = () => early?.includes('Escape');
  // After Escape the search is over, however long it stays on the screen, and though it may be drawn only then.
  const search = () => isGivenUp() ? null : document.querySelector('.palette-input:not([data-over])');
  // Whatever the dialog gives the focus to when it is drawn, the keys are the search's, but for those at a link that it found.
  const hasFocus = input => document.activeElement === input
    || (document.activeElement instanceof HTMLAnchorElement && input.closest('[role=dialog]')?.contains(document.activeElement));
  const leave = input => {
    input.dataset.over = '';
    setTimeout(() => input.blur());
  };
  const press = (input, key) => {
    if (isText(key) || key === 'Backspace') {
      input.value = isText(key) ? input.value + key : [...input.value].slice(0, -1).join('');
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    } else {
      input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      if (key === 'Escape') leave(input);
    }
  };

  // Before anybody else: a key of the search is the search's, wherever the focus is at the moment.
  document.addEventListener('keydown', event => {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.isTrusted || !isForSearch(event.key)) return;
    const input = search();
    if (early && !isGivenUp()) {
      early.push(event.key);
    } else if (input && !hasFocus(input)) {
      input.focus();
      press(input, event.key);
    } else {
      if (input && event.target === input) {
        // The caret stays at the end while somebody walks through what was found.
        if (event.key.startsWith('Arrow')) event.preventDefault();
        if (event.key === 'Escape') leave(input);
      } else if (event.key === 'Escape' && !event.target.closest?.('.xterm')) {
        call('LeaveDialog');
      }
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener('keydown', event => {
    // A terminal has all keys for itself.
    if (event.altKey || event.target.closest?.('.xterm')) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      openSearch();
      return;
    }
    if (event.ctrlKey || event.metaKey || typing(event.target)) return;
    if (afterG && /^[a-z]$/.test(event.key)) {
      afterG = false;
      call('GoAsync', event.key);
    } else if (event.key === 'g') {
      afterG = true;
      return;
    } else if (event.key === '/') {
      event.preventDefault();
      openSearch();
    } else if (event.key === '?') {
      call('ShowKeysAsync');
    }
    if (!['Shift', 'CapsLock'].includes(event.key)) afterG = false;
  });
  // Whoever reaches for the mouse has thought better of it.
  document.addEventListener('pointerdown', () => {
    afterG = false;
    early = null;
  });

  const isDark = () => {
    const chosen = localStorage.getItem('platform.dark');
    return chosen === null ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'true';
  };
  document.documentElement.classList.toggle('dark', isDark());

  // The terminal's files are loaded when the first one is opened.
  const files = new Map();
  // A file that would take the editor's loader for its own does not see it.
  const load = (tag, address, isAlone = false) => {
    if (!files.has(address)) {
      files.set(address, new Promise((finished, failed) => {
        const { define } = window;
        if (isAlone) window.define = undefined;
        const done = value => {
          if (isAlone) window.define = define;
          finished(value);
        };
        const element = Object.assign(document.createElement(tag), tag === 'link' ? { rel: 'stylesheet', href: address } : { src: address });
        element.onload = done;
        element.onerror = () => { if (isAlone) window.define = define; files.delete(address); failed(new Error(`${address} cannot be loaded`)); };
        document.head.append(element);
      }));
    }
    return files.get(address);
  };

  // A command beside a task, with a terminal, through a WebSocket of its own.
  const openTerminal = async (box, path, command) => {
    const root = '_content/Platform.Dashboard/xterm/';
    try {
      await load('link', root + 'xterm.css');
      await load('script', root + 'xterm.js', true);
      await load('script', root + 'addon-fit.js', true);
    } catch {
      box.textContent = 'There is no terminal in this build: npm was missing when it was made. ./platform app exec runs a command in a task.';
      return { close() { } };
    }
    const terminal = new Terminal({ fontSize: 13, cursorBlink: true, screenReaderMode: true, scrollback: 5000, theme: { background: '#14161b', foreground: '#e7e9ee' } });
    const fit = new FitAddon.FitAddon();
    terminal.loadAddon(fit);
    terminal.open(box);
    fit.fit();
    const socket = new WebSocket(new URL(path, location.href));
    socket.binaryType = 'arraybuffer';
    const tell = message => { if (socket.readyState === WebSocket.OPEN) socket.send(message); };
    const encoder = new TextEncoder();
    let isOver = false;
    const over = text => {
      if (isOver) return;
      isOver = true;
      terminal.write(`\r\n\x1b[2m${text}\x1b[0m\r\n`);
    };
    socket.onopen = () => {
      tell(JSON.stringify({ shell: command, tty: true, columns: terminal.cols, rows: terminal.rows, env: { TERM: 'xterm-256color' } }));
      terminal.focus();
    };
    socket.onmessage = event => {
      if (event.data instanceof ArrayBuffer) {
        terminal.write(new Uint8Array(event.data, 1));
        return;
      }
      const message = JSON.parse(event.data);
      if (message.error) over(message.error);
      else if ('exitStatus' in message) over(`ended with exit status ${message.exitStatus}`);
    };
    socket.onclose = () => over('the connection has ended');
    // What is pasted goes in parts that fit into a message.
    terminal.onData(text => {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length; at += 16384) tell(bytes.subarray(at, at + 16384));
    });
    terminal.onResize(size => tell(JSON.stringify({ resize: { columns: size.cols, rows: size.rows } })));
    const watch = new ResizeObserver(() => fit.fit());
    watch.observe(box);
    return {
      close() {
        watch.disconnect();
        socket.onclose = null;
        socket.close();
        terminal.dispose();
      },
    };
  };

  // The editor's files are loaded when the first one is opened. Without them the plain field stays.
  let monacoIsHere;
  const loadMonaco = async () => {
    const root = new URL('_content/BlazorMonaco/lib/monaco-editor/min/vs', document.baseURI).href;
    await load('script', root + '/loader.js');
    window.require.config({ paths: { vs: root } });
    return new Promise((done, failed) => window.require(['vs/editor/editor.main'], () => done(window.monaco), failed));
  };
  const openEditor = async (box, plain, reference, label) => {
    try {
      monacoIsHere ??= loadMonaco();
      await monacoIsHere;
    } catch {
      monacoIsHere = undefined;
      return null;
    }
    const monaco = window.monaco;
    const hadFocus = document.activeElement === plain;
    monaco.editor.setTheme(isDark() ? 'vs-dark' : 'vs');
    const editor = monaco.editor.create(box, {
      value: plain.value, language: 'json', ariaLabel: label, automaticLayout: true, tabSize: 2, fontSize: 13, minimap: { enabled: false },
      scrollBeyondLastLine: false, fixedOverflowWidgets: true, wordWrap: 'on', tabFocusMode: true,
    });
    let timer;
    let isSilent = false;
    const tell = () => {
      clearTimeout(timer);
      timer = undefined;
      return reference.invokeMethodAsync('TypedAsync', editor.getValue());
    };
    editor.onDidChangeModelContent(() => {
      if (isSilent) return;
      clearTimeout(timer);
      timer = setTimeout(tell, 150);
    });
    // What a click on a button is about to use is told before the click.
    editor.onDidBlurEditorText(() => { if (timer !== undefined) tell(); });
    if (hadFocus) editor.focus();
    return {
      setText(text) {
        if (text === editor.getValue()) return;
        isSilent = true;
        editor.setValue(text);
        isSilent = false;
      },
      setProblems: problems => monaco.editor.setModelMarkers(editor.getModel(), 'platform', problems.map(problem => ({ ...problem, severity: monaco.MarkerSeverity.Error }))),
      close() {
        clearTimeout(timer);
        editor.getModel().dispose();
        editor.dispose();
      },
    };
  };

  window.platform = {
    begin(reference) {
      begun(reference);
      layout = Promise.resolve(reference);
      return { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, isDark: isDark(), width: innerWidth };
    },
    setDark(dark) {
      localStorage.setItem('platform.dark', dark);
      document.documentElement.classList.toggle('dark', dark);
      window.monaco?.editor.setTheme(dark ? 'vs-dark' : 'vs');
    },
    scrollToEnd(element) {
      if (element) element.scrollTop = element.scrollHeight;
    },
    isAtEnd(element) {
      return !element || element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    },
    // A dialog moves the focus to itself when it is drawn; what is to be typed into gets it in the end.
    focusSoon(element) {
      let times = 0;
      const again = () => {
        if (!element.isConnected || ++times > 8) return;
        element.focus();
        setTimeout(again, 30);
      };
      again();
    },
    // For the search, which is all keys: whatever is drawn late and asks for the focus gives it back.
    beginSearch(input) {
      const hold = () => {
        if (input.isConnected && !('over' in input.dataset) && !hasFocus(input)) input.focus();
      };
      input.addEventListener('focusout', () => setTimeout(hold));
      hold();
      const keys = early ?? [];
      early = null;
      keys.forEach(key => press(input, key));
    },
    focusHeading() {
      const heading = document.querySelector('h1');
      if (!heading || typing(document.activeElement) || document.querySelector('[role=dialog]')) return;
      if (!heading.hasAttribute('tabindex')) heading.setAttribute('tabindex', '-1');
      heading.focus();
    },
    openTerminal,
    openEditor,
    copy: text => navigator.clipboard.writeText(text),
  };

  // A circuit that the control plane does not know any more (it was started anew) cannot go on: the page is loaded again at the same address.
  const reloadWhenBack = async () => {
    for (;;) {
      try {
        if ((await fetch('/ping', { cache: 'no-store' })).ok) break;
      } catch { /* still away */ }
      await new Promise(done => setTimeout(done, 500));
    }
    location.reload();
  };
  const modal = document.getElementById('components-reconnect-modal');
  modal.addEventListener('components-reconnect-state-changed', event => {
    if (event.detail.state === 'failed' || event.detail.state === 'rejected') reloadWhenBack();
  });
  Blazor.start({ circuit: { reconnectionOptions: { maxRetries: 100000, retryIntervalMilliseconds: attempt => attempt < 20 ? 500 : 2000 } } });
})();
