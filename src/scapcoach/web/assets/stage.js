// The picture with the skeleton on it, mirrored if wanted; words are shown by the page.

export class Stage {
  // body: bones and joints with their colours, as the setup gives them.
  constructor(canvas, body) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.body = body;
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
    const c = this.context, unit = Math.min(width, height), { bones, joints, edge, visible } = this.body;
    const at = (i) => { const p = points[i]; return p && p[2] >= visible ? [p[0] * width / 1000, p[1] * height / 1000] : null; };
    c.lineCap = "round";
    for (const [under, thick] of [[true, 0.017], [false, 0.011]]) {
      c.lineWidth = thick * unit;
      for (const [a, b, color] of bones) {
        const p = at(a), q = at(b);
        if (!p || !q) continue;
        c.strokeStyle = under ? edge : color;
        c.beginPath(); c.moveTo(...p); c.lineTo(...q); c.stroke();
      }
    }
    for (const [i, color] of joints) {
      const p = at(i);
      if (!p) continue;
      c.beginPath(); c.arc(p[0], p[1], 0.018 * unit, 0, 2 * Math.PI);
      c.fillStyle = color; c.fill();
      c.lineWidth = 0.006 * unit; c.strokeStyle = edge; c.stroke();
    }
  }
}
