/** Lets some time pass, so that what changes all the time is not read all the time: batches gather meanwhile. */
export const breathe = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
