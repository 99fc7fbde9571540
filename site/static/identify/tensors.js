// Tensors by name, in the order of the file. Held as columns; null is what a header does not say.

export class Tensors {
  constructor() {
    this.rows = new Map();
    this.names = [];
    this.dtypes = [];
    this.shapes = [];
    this.starts = [];
    this.stops = [];
  }

  get length() {
    return this.names.length;
  }

  has(name) {
    return this.rows.has(name);
  }

  add(name, dtype, shape, start, stop) {
    this.rows.set(name, this.names.length);
    this.names.push(name);
    this.dtypes.push(dtype);
    this.shapes.push(shape);
    this.starts.push(start);
    this.stops.push(stop);
  }

  dtype(name) {
    return this.dtypes[this.rows.get(name)];
  }

  shape(name) {
    return this.shapes[this.rows.get(name)];
  }

  copy() {
    const found = new Tensors();
    this.names.forEach((name, row) => found.add(name, this.dtypes[row], this.shapes[row], this.starts[row], this.stops[row]));
    return found;
  }
}
