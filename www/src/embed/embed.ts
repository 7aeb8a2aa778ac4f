import '../element/element.ts';
