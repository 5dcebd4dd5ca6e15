/** Whether an artifact's path is relative, portable and stays inside the output folder. */
export function isInsidePath(path: string): boolean {
  return (
    !/[\\\0]|^[A-Za-z]:/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
