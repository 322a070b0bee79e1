// The little that only the browser can do: keys, colours, its time zone, and coming back after the control plane was away.
(() => {
  const typing = target => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  let layout = null;
  let afterG = false;

  document.addEventListener('keydown', event => {
    if (!layout || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      layout.invokeMethodAsync('OpenPaletteAsync');
      return;
    }
    if (event.ctrlKey || event.metaKey || typing(event.target)) return;
    if (afterG && /^[a-z]$/.test(event.key)) {
      afterG = false;
      layout.invokeMethodAsync('GoAsync', event.key);
    } else if (event.key === 'g') {
      afterG = true;
      return;
    } else if (event.key === '/') {
      event.preventDefault();
      layout.invokeMethodAsync('OpenPaletteAsync');
    } else if (event.key === '?') {
      layout.invokeMethodAsync('ShowKeysAsync');
    }
    if (!['Shift', 'CapsLock'].includes(event.key)) afterG = false;
  });
  // Whoever reaches for the mouse has thought better of it.
  document.addEventListener('pointerdown', () => afterG = false);

  const isDark = () => {
    const chosen = localStorage.getItem('platform.dark');
    return chosen === null ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'true';
  };
  document.documentElement.classList.toggle('dark', isDark());

  window.platform = {
    begin(reference) {
      layout = reference;
      return { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, isDark: isDark(), width: innerWidth };
    },
    setDark(dark) {
      localStorage.setItem('platform.dark', dark);
      document.documentElement.classList.toggle('dark', dark);
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
    holdFocus(element) {
      const hold = () => {
        if (element.isConnected && !(document.activeElement instanceof HTMLAnchorElement && element.closest('[role=dialog]')?.contains(document.activeElement))) element.focus();
      };
      element.addEventListener('focusout', () => setTimeout(hold));
      hold();
    },
    focusHeading() {
      const heading = document.querySelector('h1');
      if (!heading || typing(document.activeElement) || document.querySelector('[role=dialog]')) return;
      if (!heading.hasAttribute('tabindex')) heading.setAttribute('tabindex', '-1');
      heading.focus();
    },
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
