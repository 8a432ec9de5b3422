// The picture with the skeleton on it, mirrored as a mirror does; letters are the page's own.
const LEFT = "#56c4ff", RIGHT = "#ffb02e", MIDDLE = "#f6f8fb", EDGE = "#0d1118";
const SEEN = 600; // thousandths of visibility from which a point is drawn
const LEFT_POINTS = new Set([11, 13, 15, 23, 25, 27]), RIGHT_POINTS = new Set([12, 14, 16, 24, 26, 28]);

export class Stage {
  constructor(canvas, bones) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.bones = bones;
    this.mirrored = true;
  }

  draw(image, width, height, points) {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const c = this.context;
    c.setTransform(this.mirrored ? -1 : 1, 0, 0, 1, this.mirrored ? width : 0, 0);
    c.drawImage(image, 0, 0, width, height);
    if (points) this.#skeleton(points, width, height);
  }

  #skeleton(points, width, height) {
    const c = this.context, unit = Math.min(width, height);
    const at = (i) => { const p = points[i]; return p && p[2] >= SEEN ? [p[0] * width / 1000, p[1] * height / 1000] : null; };
    c.lineCap = "round";
    for (const [edge, thick] of [[true, 0.017], [false, 0.011]]) {
      c.lineWidth = thick * unit;
      for (const [a, b] of this.bones) {
        const p = at(a), q = at(b);
        if (!p || !q) continue;
        c.strokeStyle = edge ? EDGE : color(a, b);
        c.beginPath(); c.moveTo(...p); c.lineTo(...q); c.stroke();
      }
    }
    for (const i of [11, 12]) {
      const p = at(i);
      if (!p) continue;
      c.beginPath(); c.arc(p[0], p[1], 0.018 * unit, 0, 2 * Math.PI);
      c.fillStyle = color(i, i); c.fill();
      c.lineWidth = 0.006 * unit; c.strokeStyle = EDGE; c.stroke();
    }
  }
}

function color(a, b) {
  if (LEFT_POINTS.has(a) && LEFT_POINTS.has(b)) return LEFT;
  if (RIGHT_POINTS.has(a) && RIGHT_POINTS.has(b)) return RIGHT;
  return MIDDLE;
}
