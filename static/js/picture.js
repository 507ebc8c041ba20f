// Makes a chosen picture small before it is sent.
for (const input of document.querySelectorAll("[data-picture]")) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    const image = file && (await createImageBitmap(file).catch(() => null));
    if (!image || input.files[0] !== file) return;
    const side = Math.min(image.width, image.height);
    const canvas = new OffscreenCanvas(256, 256);
    const pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, 256, 256);
    const small = new DataTransfer();
    small.items.add(new File([await canvas.convertToBlob()], file.name));
    input.files = small.files;
  });
}
