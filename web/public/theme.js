// Before the first paint: the theme this person chose, so that a dark bridge never flashes white.
(() => {
  const chosen = localStorage.getItem('celeste.theme');
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
