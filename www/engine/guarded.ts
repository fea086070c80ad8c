/** Calls somebody's listener: one that throws must not keep the others from hearing. The page still hears of the error, as of any other that nobody caught. */
export function guarded(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
