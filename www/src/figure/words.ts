/** Words around a figure, in every language of the page. */
import type { LocaleName } from '../state/preferences.ts';

export interface FigureWords {
  controls: string;
  dismiss: string;
  wrong: string;
  guide: string;
  step: (step: number, steps: number) => string;
  back: string;
  next: string;
  again: string;
  runs: string;
  task: string;
  done: string;
  notYet: string;
  hint: string;
  finished: string;
}

export const FIGURE_WORDS: Readonly<Record<LocaleName, FigureWords>> = {
  en: {
    controls: 'Controls of the figure',
    dismiss: 'Dismiss',
    wrong: 'This does not work',
    guide: 'Guide',
    step: (step, steps) => `Step ${step} of ${steps}`,
    back: 'Back',
    next: 'Next',
    again: 'Begin again',
    runs: 'What this step runs',
    task: 'Your task',
    done: 'Done',
    notYet: 'Not yet',
    hint: 'A hint',
    finished: 'That was the last step.',
  },
  zh: {
    controls: '此图的控件',
    dismiss: '知道了',
    wrong: '这样不行',
    guide: '引导',
    step: (step, steps) => `第 ${step} 步，共 ${steps} 步`,
    back: '上一步',
    next: '下一步',
    again: '从头再来',
    runs: '这一步运行的命令',
    task: '你的任务',
    done: '完成',
    notYet: '还没有',
    hint: '提示',
    finished: '这是最后一步。',
  },
};
