import { noChange, type ElementPart } from 'lit';
import { Directive, directive, PartType, type PartInfo } from 'lit/directive.js';

/** Properties by their names in CSS. */
export type Styles = Readonly<Record<string, string>>;

class StyledDirective extends Directive {
  private names: string[] = [];

  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.ELEMENT) throw new Error('styled() belongs into a tag, not into an attribute');
  }

  render(_styles: Styles): unknown {
    return noChange;
  }

  override update(part: ElementPart, [styles]: [Styles]): unknown {
    const { style } = part.element as HTMLElement | SVGElement;
    for (const name of this.names) if (!(name in styles)) style.removeProperty(name);
    for (const [name, value] of Object.entries(styles)) style.setProperty(name, value);
    this.names = Object.keys(styles);
    return noChange;
  }
}

/** Styles of an element, as `<div ${styled({ color })}>`: a page whose policy forbids attributes `style` allows what scripts set. */
export const styled = directive(StyledDirective);
