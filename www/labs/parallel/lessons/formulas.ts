/** Formulas of this lab. */
import { html } from 'lit';

/** Share of time that GPipe and 1F1B lose with p stages and m micro-batches. */
export const idealBubble = html`<math displaystyle="true"><mfrac><mrow><mi>p</mi><mo>−</mo><mn>1</mn></mrow><mrow><mi>m</mi><mo>+</mo><mi>p</mi><mo>−</mo><mn>1</mn></mrow></mfrac></math>`;

/** The same with v chunks on each rank. */
export const interleavedBubble = html`<math displaystyle="true"
  ><mfrac><mrow><mi>p</mi><mo>−</mo><mn>1</mn></mrow><mrow><mi>v</mi><mi>m</mi><mo>+</mo><mi>p</mi><mo>−</mo><mn>1</mn></mrow></mfrac></math
>`;

/** The gradient of a batch is the mean of those of its n parts. */
export const meanGradient = html`<math displaystyle="true"
  ><mi>g</mi><mo>=</mo><mfrac><mn>1</mn><mi>n</mi></mfrac><mo>(</mo><msub><mi>g</mi><mn>1</mn></msub><mo>+</mo><mi>⋯</mi><mo>+</mo><msub><mi>g</mi><mi>n</mi></msub><mo>)</mo></math
>`;

/** What each of n ranks sends in an all-reduce over a ring, in sizes of what is summed. */
export const ringShare = html`<math displaystyle="true"><mfrac><mrow><mn>2</mn><mo>(</mo><mi>n</mi><mo>−</mo><mn>1</mn><mo>)</mo></mrow><mi>n</mi></mfrac></math>`;

/** A product whose first factor is cut by columns, and the second by rows: the halves only have to be added. */
export const slicedProduct = html`<math displaystyle="true"
  ><mi>f</mi><mo>(</mo><mi>X</mi><mi>A</mi><mo>)</mo><mi>B</mi><mo>=</mo><mi>f</mi><mo>(</mo><mi>X</mi><msub><mi>A</mi><mn>1</mn></msub><mo>)</mo><msub><mi>B</mi><mn>1</mn></msub
  ><mo>+</mo><mi>f</mi><mo>(</mo><mi>X</mi><msub><mi>A</mi><mn>2</mn></msub><mo>)</mo><msub><mi>B</mi><mn>2</mn></msub></math
>`;

/** What an encoding C leaves out of a gradient with the remainder is the next remainder. */
export const errorFeedback = html`<math displaystyle="true"
  ><msub><mi>e</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub><mo>=</mo><mo>(</mo><msub><mi>g</mi><mi>t</mi></msub><mo>+</mo><msub><mi>e</mi><mi>t</mi></msub><mo>)</mo
  ><mo>−</mo><mi>C</mi><mo>(</mo><msub><mi>g</mi><mi>t</mi></msub><mo>+</mo><msub><mi>e</mi><mi>t</mi></msub><mo>)</mo></math
>`;
