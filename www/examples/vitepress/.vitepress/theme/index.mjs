import DefaultTheme from 'vitepress/theme';

export default {
  extends: DefaultTheme,
  async enhanceApp() {
    // Pages are also made without a browser, where there are no elements.
    if (!import.meta.env.SSR) await import('mm-playground/element');
  },
};
