// Makes a chosen picture small before it is sent, and shows it: what a camera takes is larger than a form may be.

const SIDE = 256; // pixels, as the portal keeps it

for (const input of document.querySelectorAll("[data-picture]")) {
  const shown = document.getElementById(input.dataset.picture);
  const before = shown.firstElementChild;
  const button = input.form.querySelector("[type=submit]:not([form])"); // not the one that removes
  const refused = input.form.querySelector("[data-picture-refused]");
  input.form.querySelector("[data-picture-helped]").hidden = false;
  input.accept = "image/*"; // whatever this browser can read
  input.addEventListener("change", async () => {
    const [file] = input.files;
    button.disabled = true; // until what is to be sent is there
    const small = file && (await shrink(file));
    if (input.files[0] !== file) return; // another one was chosen meanwhile
    button.disabled = false;
    shown.replaceChildren(small ? small.canvas : before);
    refused.hidden = !file || small || file.size <= Number(input.dataset.largest);
    if (small) input.files = small.files;
    else if (!refused.hidden) input.value = ""; // what is small enough the portal judges
  });
}

async function shrink(file) {
  try {
    const canvas = square(await createImageBitmap(file));
    const content = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const carrier = new DataTransfer();
    carrier.items.add(new File([content], file.name));
    return { canvas, files: carrier.files };
  } catch {
    return null;
  }
}

function square(picture) {
  const side = Math.min(picture.width, picture.height);
  const size = Math.min(side, SIDE);
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, size, size);
  canvas.className = "tile tile--huge";
  return canvas;
}
